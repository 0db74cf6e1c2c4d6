import {
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { DownloadUrlRequest, UploadUrlRequest } from './object-store.ts'

/** As on huggingface.co: a client whose connection broke resumes at the same address. */
const downloadExpirySeconds = 3600

/** Signs addresses of objects locally, without a request to S3. */
export function createSignedUrls({ bucket, client }: { bucket: string; client: S3ClientConfig }) {
  let made: S3Client | undefined
  const plainClient = () => {
    // The SDK would put its own checksum parameters into the address.
    made ??= new S3Client({
      ...client,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    return made
  }
  return {
    downloadUrl({ key, contentType, contentDisposition }: DownloadUrlRequest): Promise<string> {
      const answer = { ResponseContentType: contentType, ResponseContentDisposition: contentDisposition }
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...answer })
      return getSignedUrl(plainClient(), command, { expiresIn: downloadExpirySeconds })
    },

    /** Only the host is signed, because Hub clients send no other header they are told to. */
    uploadUrl({ key, part, expirySeconds }: UploadUrlRequest): Promise<string> {
      const target = { Bucket: bucket, Key: key }
      const options = { expiresIn: expirySeconds }
      if (part === undefined) return getSignedUrl(plainClient(), new PutObjectCommand(target), options)
      const command = new UploadPartCommand({ ...target, UploadId: part.uploadId, PartNumber: part.partNumber })
      return getSignedUrl(plainClient(), command, options)
    },
  }
}
