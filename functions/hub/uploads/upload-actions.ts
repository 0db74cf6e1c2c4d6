import { inParallel } from '../../../shared/in-parallel.ts'
import { beginUpload } from './begin-upload.ts'
import { pieceMaxBytes } from './plan-upload.ts'
import type { UploadAddresses } from './upload-address.ts'
import type { UploadParts } from './upload-parts.ts'

interface AskedObject {
  oid: string
  size: number
}

/** Without actions there is nothing to send. */
interface ObjectAnswer extends AskedObject {
  authenticated?: boolean
  actions?: { upload: { href: string; header?: Record<string, string> }; verify: { href: string } }
  error?: { code: number; message: string }
}

const signedAtOnce = 16

/** The client's actions to upload one object; none where the repo has it already. */
export async function uploadActions({ object, plan, addresses, parts }: ActionsInput): Promise<ObjectAnswer> {
  const { oid, size: sizeBytes } = object
  const { repoId, by, partBytes, takesParts } = plan
  const { uploads } = parts
  const refused = faultOf(
    sizeBytes,
    takesParts ? uploads.objectMaxBytes : Math.min(pieceMaxBytes, uploads.objectMaxBytes),
  )
  if (refused !== undefined) return { oid, size: sizeBytes, error: { code: 422, message: refused } }

  const isInParts = takesParts && sizeBytes > uploads.basicMaxBytes
  const begun = await beginUpload({ oid, sizeBytes, repoId, by, partBytes, isInParts }, parts)
  if (begun === undefined) return { oid, size: sizeBytes }
  const { id, multipart } = begun
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
  sizeBytes > maxBytes ? `A file can have at most ${maxBytes} bytes here.` : undefined
