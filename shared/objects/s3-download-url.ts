import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { DownloadUrlRequest } from './object-store.ts'

/** As on huggingface.co: a client whose connection broke goes on at the same address. */
const expirySeconds = 3600

/** Signs addresses of a bucket's objects, without asking S3 anything. */
export function createDownloadUrls({ bucket, client }: { bucket: string; client: S3ClientConfig }) {
  let s3: S3Client | undefined
  return ({ key, contentType, contentDisposition }: DownloadUrlRequest): Promise<string> => {
    // What the SDK adds to its own requests about checksums would be part of the address.
    s3 ??= new S3Client({
      ...client,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    const answer = { ResponseContentType: contentType, ResponseContentDisposition: contentDisposition }
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...answer })
    return getSignedUrl(s3, command, { expiresIn: expirySeconds })
  }
}
