import type { Readable } from 'node:stream'
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { awsTimeouts } from '../aws-timeouts.ts'
import { ChecksumMismatch, ObjectChanged, ObjectMissing, type ObjectStore } from './object-store.ts'
import { sendBody } from './s3-body.ts'
import { copyInParts, copySource } from './s3-copy.ts'
import { createSignedUrls } from './s3-signed-urls.ts'
import { createS3Uploads } from './s3-uploads.ts'

/** CopyObject takes at most 5 GiB, and sends nothing until it is done; larger objects are copied in parts. */
const copyLimitBytes = 1024 ** 3

/** S3 refuses chunks below 8 KiB, and a network delivers any size. */
const chunkMinBytes = 64 * 1024

const nothing = () => {}
/** The SDK would print plain text between our JSON lines; its errors say the same. */
const silent = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing }

/** Objects in an S3 bucket. The client retries what can be sent again; streams are retried by queue messages. */
export function createS3ObjectStore({ bucket, client }: { bucket: string; client?: S3ClientConfig }): ObjectStore {
  const config: S3ClientConfig = {
    maxAttempts: 4,
    requestStreamBufferSize: chunkMinBytes,
    logger: silent,
    requestHandler: awsTimeouts.objects,
    ...client,
  }
  const s3 = new S3Client(config)
  const Bucket = bucket

  return {
    async head({ key }) {
      try {
        const answer = await s3.send(new HeadObjectCommand({ Bucket, Key: key }))
        return {
          key,
          sizeBytes: answer.ContentLength ?? 0,
          etag: answer.ETag ?? '',
          modifiedAt: answer.LastModified ?? new Date(0),
        }
      } catch (error) {
        if (error instanceof NotFound) return undefined
        throw error
      }
    },

    async get({ key, range, signal }) {
      const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`
      try {
        const answer = await s3.send(
          new GetObjectCommand({ Bucket, Key: key, Range }),
          signal === undefined ? {} : { abortSignal: signal },
        )
        const [, total] = /\/(\d+)$/.exec(answer.ContentRange ?? '') ?? []
        const sizeBytes = total === undefined ? (answer.ContentLength ?? 0) : Number(total)
        const body = answer.Body as Readable
        // Without a listener, a body that breaks before it is read would end the process; the reader still gets the
        // error.
        body.on('error', nothing)
        return { sizeBytes, etag: answer.ETag ?? '', body, cancel: async () => void body.destroy() }
      } catch (error) {
        if (error instanceof NoSuchKey) throw new ObjectMissing(key, error)
        if (isStatus(error, 416)) throw new RangeError(`"${key}" has no bytes at ${Range}`, { cause: error })
        throw error
      }
    },

    async put({ key, body, sizeBytes, sha256, ifAbsent = false }) {
      try {
        const checksum = sha256 !== undefined && {
          ChecksumAlgorithm: ChecksumAlgorithm.SHA256,
          ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        }
        const target = { Bucket, Key: key, ContentLength: sizeBytes, ...(ifAbsent && { IfNoneMatch: '*' }) }
        await sendBody({ body, sizeBytes }, (Body, abortSignal) =>
          s3.send(new PutObjectCommand({ ...target, ...checksum, Body }), { abortSignal }),
        )
        return 'written'
      } catch (error) {
        if (isStatus(error, 412)) return 'exists'
        if (
          error instanceof S3ServiceException &&
          /BadDigest|InvalidDigest|XAmzContentChecksumMismatch/.test(error.name)
        )
          throw new ChecksumMismatch(`the content's sha256 is not ${sha256}`, { cause: error })
        throw error
      }
    },

    async copy({ from, to, ifMatch }) {
      const source = await this.head({ key: from })
      if (source === undefined) throw new ObjectMissing(from)
      if (source.etag !== (ifMatch ?? source.etag)) throw new ObjectChanged(from)
      try {
        if (source.sizeBytes > copyLimitBytes) return await copyInParts({ s3, bucket, from, to, source })
        const CopySource = copySource(bucket, from)
        await s3.send(new CopyObjectCommand({ Bucket, Key: to, CopySource, CopySourceIfMatch: source.etag }))
      } catch (error) {
        throw isStatus(error, 412) ? new ObjectChanged(from, error) : error
      }
    },

    async delete({ keys }) {
      for (let start = 0; start < keys.length; start += 1000) {
        const Objects = keys.slice(start, start + 1000).map((Key) => ({ Key }))
        const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }))
        const [fault] = answer.Errors ?? []
        if (fault !== undefined) throw new Error(`S3 did not delete "${fault.Key}": ${fault.Code} ${fault.Message}`)
      }
    },

    async list({ prefix, cursor, limit = 1000 }) {
      const answer = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken: cursor, MaxKeys: limit }),
      )
      const objects = (answer.Contents ?? []).map((object) => ({
        key: object.Key ?? '',
        sizeBytes: object.Size ?? 0,
        etag: object.ETag ?? '',
        modifiedAt: object.LastModified ?? new Date(0),
      }))
      return { objects, cursor: answer.NextContinuationToken }
    },

    ...createSignedUrls({ bucket, client: config }),
    uploads: createS3Uploads({ s3, bucket }),
  }
}

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === status
