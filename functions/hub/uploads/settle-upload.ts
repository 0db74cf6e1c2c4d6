import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { getUpload, movedAtMs, moveUpload, type UploadItem } from '../../../shared/table/uploads.ts'
import { proveUpload, uploadMissing, uploadRefused } from '../../../shared/uploads/prove-upload.ts'
import { isUploadComplete } from './upload-complete.ts'
import type { UploadParts } from './upload-parts.ts'

const lookEveryMs = 500

/**
 * Finishes a complete upload: proves it now, or waits until `deadline` for a worker to do so. @throws AppError
 * `upload_missing`, `upload_refused`, `upload_unproven`
 */
export async function settleUpload(
  { upload, deadline }: { upload: UploadItem; deadline: Date },
  parts: UploadParts,
): Promise<void> {
  const { table, uploads, now } = parts
  const { id, oid, sizeBytes, state, fault } = upload
  if (state === 'proven') return
  if (state === 'refused') throw uploadRefused(oid, fault ?? 'its content differs from what was announced')
  if (sizeBytes <= uploads.proveInRequestMaxBytes) return proveUpload(upload, parts)
  if (state === 'waiting' && !(await isUploadComplete(upload, parts))) throw uploadMissing(oid)
  // The request to prove it may never have been sent, or was lost.
  if (state === 'waiting' || now().getTime() - movedAtMs(upload) > forgottenMs) await haveProven(upload, parts)
  for (;;) {
    const found = await getUpload(table, id, now())
    if (found?.state === 'proven') return
    if (found?.state === 'refused')
      throw uploadRefused(oid, found.fault ?? 'its content differs from what was announced')
    if (found === undefined) throw uploadMissing(oid)
    if (now() >= deadline) throw unproven(oid, sizeBytes)
    await pause(lookEveryMs)
  }
}

/** Longer than reading the largest file takes. */
const forgottenMs = 30 * 60_000

/** Requests a proof, unless somebody else did meanwhile. */
async function haveProven(upload: UploadItem, { table, proveLater, now }: UploadParts) {
  try {
    await moveUpload(table, { id: upload.id, state: 'arrived', seen: upload, now: now() })
  } catch (error) {
    if (error instanceof ConditionFailed) return
    throw error
  }
  await proveLater(upload)
}

const unproven = (oid: string, sizeBytes: number) =>
  new AppError({
    code: 'upload_unproven',
    status: 503,
    message: `${oid} (${sizeBytes} bytes) was received, and its hash is still being checked. Run the same command again in a minute: nothing is uploaded twice.`,
    retryable: true,
    retryAfterSeconds: 20,
  })
