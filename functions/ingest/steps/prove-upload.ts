import { AppError } from '../../../shared/errors.ts'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { asSeen } from '../../../shared/table/as-seen.ts'
import { getUpload, moveUpload } from '../../../shared/table/uploads.ts'
import { proveUpload } from '../../../shared/uploads/prove-upload.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** Reads what a client uploaded, where it is too large for the request that it came with. The client asks for the outcome. */
export async function proveUploadStep(
  { uploadId }: StepMessage<'prove-upload'>,
  { table, objects, now, log }: IngestDependencies,
  signal: AbortSignal,
): Promise<void> {
  const upload = await getUpload(table, uploadId, now())
  if (upload?.state !== 'arrived') return
  try {
    await proveUpload(upload, { table, objects, now, signal })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    log.info({ uploadId }, error.message)
  }
}

/** It ended its process each time: a client that waits for it is told so. */
export async function refuseUpload(
  { uploadId }: StepMessage<'prove-upload'>,
  { table, now }: IngestDependencies,
): Promise<void> {
  const upload = await getUpload(table, uploadId, now())
  if (upload?.state !== 'arrived') return
  const fault = 'it could not be read to its end'
  // Where it was proven meanwhile, there is nothing to refuse.
  await asSeen(() => moveUpload(table, { id: uploadId, state: 'refused', fault, now: now() }))
}
