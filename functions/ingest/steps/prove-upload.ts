import { AppError } from '../../../shared/errors.ts'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { getUpload, moveUpload } from '../../../shared/table/uploads.ts'
import { proveUpload } from '../../../shared/uploads/prove-upload.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** Proves an upload that is too large to be read within a request. The client polls for the result. */
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

/** Proving it killed the process each time, so the waiting client gets a refusal. */
export async function refuseUpload(
  { uploadId }: StepMessage<'prove-upload'>,
  { table, now }: IngestDependencies,
): Promise<void> {
  const upload = await getUpload(table, uploadId, now())
  if (upload?.state !== 'arrived') return
  const fault = 'it could not be read to its end'
  // Nothing to refuse if it was proven meanwhile.
  await conditionHeld(() => moveUpload(table, { id: uploadId, state: 'refused', fault, now: now() }))
}
