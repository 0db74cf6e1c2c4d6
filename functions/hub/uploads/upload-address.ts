import { stagedKey } from '../../../shared/uploads/prove-upload.ts'
import { signAddress } from './signed-address.ts'
import type { UploadParts } from './upload-parts.ts'

/** Enough for 100 GB over a home connection; S3 ends it earlier where its own session ends. */
const expirySeconds = 12 * 3600

/** The addresses of one upload: the store's own where it is a server, otherwise signed ones of this server. */
export function createUploadAddresses({
  origin,
  secret,
  parts: { objects, now },
}: {
  origin: string
  secret: Uint8Array
  parts: UploadParts
}) {
  const own = (id: string, step: string, method: 'PUT' | 'POST', asked: Record<string, string | number> = {}) => {
    const url = new URL(`${origin}/api/uploads/${id}/${step}`)
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, String(value))
    return signAddress({ secret, method, url, expiresAt: new Date(now().getTime() + expirySeconds * 1000) })
  }
  const { uploadUrl } = objects
  return {
    whole: async (id: string) => uploadUrl?.({ key: stagedKey(id), expirySeconds }) ?? own(id, 'content', 'PUT'),
    part: async ({ id, uploadId, partNumber, sizeBytes }: PartAddress) =>
      uploadUrl?.({ key: stagedKey(id), part: { uploadId, partNumber }, expirySeconds }) ??
      own(id, `parts/${partNumber}`, 'PUT', { upload: uploadId, size: sizeBytes }),
    completion: (id: string, uploadId: string, parts: number) =>
      own(id, 'complete', 'POST', { upload: uploadId, parts }),
    verification: (id: string) => own(id, 'verify', 'POST'),
  }
}

interface PartAddress {
  id: string
  uploadId: string
  partNumber: number
  sizeBytes: number
}

export type UploadAddresses = ReturnType<typeof createUploadAddresses>
