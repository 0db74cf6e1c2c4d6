import type { Context } from 'hono'
import { AppError, errors } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { ChecksumMismatch, SizeMismatch, UploadMissing } from '../../../shared/objects/object-store.ts'
import { moveUpload, type UploadItem } from '../../../shared/table/uploads.ts'
import { stagedKey, uploadMissing, uploadRefused } from '../../../shared/uploads/prove-upload.ts'
import { isUploadComplete } from './upload-complete.ts'
import type { UploadParts } from './upload-parts.ts'

type Uploading = Context<HttpEnvironment>

/**
 * Receives an object in one piece. It is hashed while it is written, and anything but the announced content is dropped.
 */
export async function receiveWhole(context: Uploading, upload: UploadItem, { table, objects, now }: UploadParts) {
  const { id, oid, sizeBytes } = upload
  const body = bodyOf(context, sizeBytes)
  await received(context, oid, () =>
    objects.put({ key: objectKeys.blob(oid), body, sizeBytes, sha256: oid, ifAbsent: true }),
  )
  await moveUpload(table, { id, state: 'proven', now: now() })
}

/**
 * Receives one part. Where another client has completed the content, the part is read and dropped, because clients only
 * look at the answer after sending everything. @returns the part's tag for joining
 */
export async function receivePart(context: Uploading, upload: UploadItem, parts: UploadParts): Promise<string> {
  const { id, oid } = upload
  const asked = (name: string) => context.req.query(name) ?? ''
  const sizeBytes = Number(asked('size'))
  const part = {
    key: stagedKey(id),
    uploadId: asked('upload'),
    partNumber: Number(context.req.param('number')),
    sizeBytes,
  }
  const body = bodyOf(context, sizeBytes)
  return received(context, oid, async () => {
    try {
      return (await parts.objects.uploads.putPart({ ...part, body })).etag
    } catch (error) {
      if (!(error instanceof UploadMissing) || !(await isUploadComplete(upload, parts))) throw error
      for await (const _ of body);
      return `"${oid}"`
    }
  })
}

/** The bytes of a request, unless their announced length is wrong. */
function bodyOf({ req }: Uploading, sizeBytes: number): AsyncIterable<Uint8Array> {
  const announced = req.header('content-length')
  if (announced === undefined)
    throw new AppError({ code: 'length_required', status: 411, message: 'Send the upload with a Content-Length.' })
  if (Number(announced) !== sizeBytes)
    throw errors.invalidRequest(`The upload should have ${sizeBytes} bytes, and ${announced} were announced.`)
  return req.raw.body ?? noBytes()
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

async function received<Result>({ req }: Uploading, oid: string, store: () => Promise<Result>): Promise<Result> {
  try {
    return await store()
  } catch (error) {
    if (req.raw.signal.aborted) throw errors.clientClosed()
    if (error instanceof ChecksumMismatch || error instanceof SizeMismatch) throw uploadRefused(oid, error.message)
    throw error instanceof UploadMissing ? uploadMissing(oid) : error
  }
}
