import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  NoSuchUpload,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { type MultipartUploads, type OpenUpload, PartsRefused, UploadMissing } from './object-store.ts'
import { sendBody } from './s3-body.ts'

export function createS3Uploads({ s3, bucket }: { s3: S3Client; bucket: string }): MultipartUploads {
  const Bucket = bucket
  return {
    async create({ key, partsFrom = 'us' }) {
      // Our parts carry the SDK's CRC32; a server may refuse to complete an upload that was not created for it.
      const checksum = partsFrom === 'us' && { ChecksumAlgorithm: ChecksumAlgorithm.CRC32 }
      const answer = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: key, ...checksum }))
      if (answer.UploadId === undefined) throw new Error(`S3 gave no upload id for "${key}"`)
      return { uploadId: answer.UploadId }
    },

    async putPart({ key, uploadId, partNumber, body, sizeBytes }) {
      const part = { Bucket, Key: key, UploadId: uploadId, PartNumber: partNumber, ContentLength: sizeBytes }
      const answer = await known(
        sendBody({ body, sizeBytes }, (Body, abortSignal) =>
          s3.send(new UploadPartCommand({ ...part, Body, ChecksumAlgorithm: 'CRC32' }), { abortSignal }),
        ),
      )
      return { etag: JSON.stringify({ etag: answer.ETag, crc32: answer.ChecksumCRC32 }) }
    },

    async complete({ key, uploadId, parts }) {
      const Parts = parts.map(({ partNumber, etag }) => {
        const told = tellOf(etag)
        return { PartNumber: partNumber, ETag: told.etag, ChecksumCRC32: told.crc32 }
      })
      const upload = { Bucket, Key: key, UploadId: uploadId }
      await known(s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })))
    },

    async open({ prefix, limit }) {
      const found: OpenUpload[] = []
      let after: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
      while (after !== undefined && found.length < limit) {
        const page: ListMultipartUploadsCommandOutput = await s3.send(
          new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...after }),
        )
        for (const { Key = '', UploadId = '', Initiated = new Date(0) } of page.Uploads ?? [])
          found.push({ key: Key, uploadId: UploadId, startedAt: Initiated })
        after = nextOf(page)
      }
      return found.slice(0, limit)
    },

    async abort({ key, uploadId }) {
      try {
        await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId }))
      } catch (error) {
        if (!(error instanceof NoSuchUpload)) throw error
      }
    },
  }
}

function nextOf({ IsTruncated, NextKeyMarker, NextUploadIdMarker }: ListMultipartUploadsCommandOutput) {
  if (IsTruncated !== true || !NextKeyMarker) return undefined
  return { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker && { UploadIdMarker: NextUploadIdMarker }) }
}

/** Either what `putPart` returned, or the plain ETag that a client got from S3. */
function tellOf(etag: string): { etag?: string; crc32?: string } {
  return etag.startsWith('{') ? JSON.parse(etag) : { etag }
}

async function known<Answer>(sent: Promise<Answer>): Promise<Answer> {
  try {
    return await sent
  } catch (error) {
    if (error instanceof NoSuchUpload) throw new UploadMissing('the upload is gone', { cause: error })
    if (error instanceof S3ServiceException && /^(?:InvalidPart|InvalidPartOrder|EntityTooSmall)$/.test(error.name))
      throw new PartsRefused(error.message, { cause: error })
    throw error
  }
}
