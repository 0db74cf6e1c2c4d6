import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { getUpload, putUpload, type UploadItem, uploadIdOf } from '../../../shared/table/uploads.ts'
import { stagedKey } from '../../../shared/uploads/prove-upload.ts'
import { pieceMaxBytes } from './plan-upload.ts'
import type { UploadAddresses } from './upload-address.ts'
import type { UploadParts } from './upload-parts.ts'

export interface AskedObject {
  oid: string
  size: number
}

/** Without actions there is nothing to send. */
export interface ObjectAnswer extends AskedObject {
  authenticated?: boolean
  actions?: { upload: { href: string; header?: Record<string, string> }; verify: { href: string } }
  error?: { code: number; message: string }
}

const signedAtOnce = 16

/** The store ends an upload after some days; its addresses are good for less. */
const reusedMaxMs = 24 * 3_600_000

/** What a client is to do to upload one object; nothing where the repo has its proof already. */
export async function uploadActions({ object, plan, addresses, parts }: ActionsInput): Promise<ObjectAnswer> {
  const { oid, size: sizeBytes } = object
  const { repoId, by, partBytes, takesParts } = plan
  const { table, uploads, now } = parts
  const refused = faultOf(
    sizeBytes,
    takesParts ? uploads.objectMaxBytes : Math.min(pieceMaxBytes, uploads.objectMaxBytes),
  )
  if (refused !== undefined) return { oid, size: sizeBytes, error: { code: 422, message: refused } }

  const found = await getUpload(table, uploadIdOf({ repoId, oid }), now())
  if (found?.sizeBytes === sizeBytes && (await isSettled(found, parts))) return { oid, size: sizeBytes }
  const isInParts = takesParts && sizeBytes > uploads.basicMaxBytes
  const multipart = isInParts ? await multipartOf({ found, oid, repoId, sizeBytes, partBytes }, parts) : undefined
  const begun = { repoId, oid, sizeBytes, state: 'waiting' as const, createdBy: by }
  const { id } = await putUpload(table, { ...begun, ...(multipart && { multipart }) }, now())
  const verify = { href: addresses.verification(id) }
  if (multipart === undefined) {
    const upload = { href: await addresses.whole(id) }
    return { oid, size: sizeBytes, authenticated: true, actions: { upload, verify } }
  }
  const count = Math.ceil(sizeBytes / partBytes)
  const numbers = Array.from({ length: count }, (_, at) => at + 1)
  const urls = await inParallel(numbers, signedAtOnce, (partNumber) => {
    const ofPart = Math.min(partBytes, sizeBytes - (partNumber - 1) * partBytes)
    return addresses.part({ id, uploadId: multipart.uploadId, partNumber, sizeBytes: ofPart })
  })
  const header = Object.fromEntries(urls.map((url, at) => [String(at + 1).padStart(5, '0'), url]))
  const upload = {
    href: addresses.completion(id, multipart.uploadId, count),
    header: { chunk_size: String(partBytes), ...header },
  }
  return { oid, size: sizeBytes, authenticated: true, actions: { upload, verify } }
}

interface ActionsInput {
  object: AskedObject
  plan: { repoId: string; by: string; partBytes: number; takesParts: boolean }
  addresses: UploadAddresses
  parts: UploadParts
}

const faultOf = (sizeBytes: number, maxBytes: number): string | undefined =>
  sizeBytes > maxBytes ? `A file has at most ${maxBytes} bytes here.` : undefined

/** What nobody commits is swept one day: a proof without its blob is none. */
async function isSettled({ oid, state }: UploadItem, { objects }: UploadParts): Promise<boolean> {
  if (state === 'arrived') return true
  return state === 'proven' && (await objects.head({ key: objectKeys.blob(oid) })) !== undefined
}

/**
 * The upload that parts go to: on this machine's disk the one that was begun before, so that asking often leaves nothing
 * behind. A store that is a server ends what is left behind by itself, and takes no part of an upload that another
 * client has completed: there each has its own.
 */
async function multipartOf(
  { found, oid, repoId, sizeBytes, partBytes }: MultipartInput,
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

interface MultipartInput {
  found: UploadItem | undefined
  oid: string
  repoId: string
  sizeBytes: number
  partBytes: number
}
