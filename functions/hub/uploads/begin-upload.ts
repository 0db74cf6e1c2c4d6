import { objectKeys } from '../../../shared/objects/keys.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { getUpload, putUpload, type UploadItem, uploadIdOf } from '../../../shared/table/uploads.ts'
import { stagedKey } from '../../../shared/uploads/prove-upload.ts'
import type { UploadParts } from './upload-parts.ts'

interface Beginning {
  oid: string
  sizeBytes: number
  repoId: string
  by: string
  partBytes: number
  isInParts: boolean
}

const triesMax = 10

/** The store aborts an upload after some days; its addresses last shorter. */
const reusedMaxMs = 24 * 3_600_000

/**
 * The upload for an object, or none where it is already complete. Decides again after a concurrent change, so that
 * another client's proof is kept.
 */
export async function beginUpload(beginning: Beginning, parts: UploadParts): Promise<UploadItem | undefined> {
  const { oid, sizeBytes, repoId, by, isInParts } = beginning
  const { table, now } = parts
  for (let tries = 1; ; tries++) {
    const found = await getUpload(table, uploadIdOf({ repoId, oid }), now())
    if (found?.sizeBytes === sizeBytes && (await isSettled(found, parts))) return undefined
    const multipart = isInParts ? await multipartOf({ ...beginning, found }, parts) : undefined
    const begun = { repoId, oid, sizeBytes, state: 'waiting' as const, createdBy: by }
    try {
      const upload = { ...begun, ...(multipart && { multipart }) }
      return await putUpload(table, { upload, seen: found, now: now() })
    } catch (error) {
      if (!(error instanceof ConditionFailed) || tries === triesMax) throw error
    }
  }
}

/** Uncommitted content is collected some day, and a proof without its blob is void. */
async function isSettled({ oid, state }: UploadItem, { objects }: UploadParts): Promise<boolean> {
  if (state === 'arrived') return true
  return state === 'proven' && (await objects.head({ key: objectKeys.blob(oid) })) !== undefined
}

/**
 * The multipart upload for the parts. On disk an existing one is reused, so that repeated requests leave nothing
 * behind. A store that is a server cleans up by itself and refuses parts of an upload that another client completed, so
 * there each client has its own.
 */
async function multipartOf(
  { oid, repoId, sizeBytes, partBytes, found }: Beginning & { found: UploadItem | undefined },
  { objects, now }: UploadParts,
): Promise<NonNullable<UploadItem['multipart']>> {
  const isSame = found?.sizeBytes === sizeBytes && found.state === 'waiting' && objects.uploadUrl === undefined
  const begun = isSame ? found.multipart : undefined
  const isFresh = begun !== undefined && now().getTime() - Date.parse(begun.begunAt) < reusedMaxMs
  if (isFresh && begun.partBytes === partBytes) return begun
  const key = stagedKey(uploadIdOf({ repoId, oid }))
  const { uploadId } = await objects.uploads.create({ key, partsFrom: 'clients' })
  return { uploadId, partBytes, begunAt: now().toISOString() }
}
