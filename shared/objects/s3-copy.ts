import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { inParallel } from '../in-parallel.ts'
import type { ObjectInfo } from './object-store.ts'
import { createS3Uploads } from './s3-uploads.ts'

const partBytes = 512 * 1024 ** 2

/** S3 copies each part at about 100 MB/s, so several at once shorten the copy of a large file. */
const partsAtOnce = 8

/** Copies an object that is too large for CopyObject, part by part within S3. */
export async function copyInParts({ s3, bucket, from, to, source }: CopyRequest): Promise<void> {
  const target = { Bucket: bucket, Key: to }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target))
  if (UploadId === undefined) throw new Error(`S3 gave no upload id for "${to}"`)
  try {
    const CopySource = copySource(bucket, from)
    const numbers = Array.from({ length: Math.ceil(source.sizeBytes / partBytes) }, (_, index) => index + 1)
    const Parts = await inParallel(numbers, partsAtOnce, async (PartNumber) => {
      const start = (PartNumber - 1) * partBytes
      const CopySourceRange = `bytes=${start}-${Math.min(start + partBytes, source.sizeBytes) - 1}`
      const part = { ...target, UploadId, PartNumber, CopySource, CopySourceRange, CopySourceIfMatch: source.etag }
      const answer = await s3.send(new UploadPartCopyCommand(part))
      return { PartNumber, ETag: answer.CopyPartResult?.ETag }
    })
    await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }))
  } catch (error) {
    await createS3Uploads({ s3, bucket }).abort({ key: to, uploadId: UploadId })
    throw error
  }
}

interface CopyRequest {
  s3: S3Client
  bucket: string
  from: string
  to: string
  source: ObjectInfo
}

/** The form in which S3 wants the source of a copy. */
export const copySource = (bucket: string, key: string): string =>
  `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
