/**
 * Where bytes live: S3 in AWS, a folder on this machine. One contract suite (`test/contract/object-store.ts`) holds
 * every adapter to the same behaviour.
 */
export interface ObjectStore {
  /** The object's size and ETag, or `undefined` where there is none. */
  head(request: { key: string }): Promise<ObjectInfo | undefined>
  /**
   * A range may end behind the object but not begin there. An aborted signal ends the body too.
   * @throws ObjectMissing, RangeError
   */
  get(request: { key: string; range?: { start: number; end: number }; signal?: AbortSignal }): Promise<ObjectBody>
  /**
   * Writes an object whole or not at all. Given `sha256` (hex), content that does not hash to it is refused before it
   * can be seen. @throws ChecksumMismatch, SizeMismatch
   */
  put(request: PutRequest): Promise<'written' | 'exists'>
  /** With `ifMatch`, the very content that has this ETag or nothing. @throws ObjectMissing, ObjectChanged */
  copy(request: { from: string; to: string; ifMatch?: string }): Promise<void>
  /** Absent keys are no error. */
  delete(request: { keys: readonly string[] }): Promise<void>
  /** Objects whose key starts with `prefix`, in key order, page by page. */
  list(request: { prefix: string; cursor?: string | undefined; limit?: number }): Promise<ObjectPage>
  /**
   * An address on another hostname that answers with the object, also in ranges, to whoever asks before it expires.
   * Only a store that is a server of its own has such addresses.
   */
  downloadUrl?(request: DownloadUrlRequest): Promise<string>
  /**
   * An address that takes an object, or with `part` one part of an upload, by `PUT` and without a key, until it
   * expires. As above, only of a store that is a server of its own.
   */
  uploadUrl?(request: UploadUrlRequest): Promise<string>
  /** Objects written in parts, in any order, by many writers. */
  readonly uploads: MultipartUploads
}

export interface MultipartUploads {
  /** Parts that clients send to `uploadUrl` come without the checksums that our own parts have: it is said before. */
  create(request: { key: string; partsFrom?: 'us' | 'clients' }): Promise<{ uploadId: string }>
  /** A part may be sent again; the last one counts. Every part but the last has at least 5 MiB on S3. */
  putPart(request: PutPartRequest): Promise<{ etag: string }>
  /**
   * Completing again changes nothing; S3 may say that it is well, another store that the upload is gone.
   * @throws UploadMissing where the upload was aborted, or completed already; PartsRefused.
   */
  complete(request: { key: string; uploadId: string; parts: readonly UploadedPart[] }): Promise<void>
  /** The uploads to keys that start with `prefix` which were neither completed nor aborted, the first `limit`. */
  open(request: { prefix: string; limit: number }): Promise<OpenUpload[]>
  /** An upload that is gone is no error. */
  abort(request: { key: string; uploadId: string }): Promise<void>
}

export interface ObjectInfo {
  key: string
  sizeBytes: number
  etag: string
  modifiedAt: Date
}

export interface ObjectBody {
  /** Of the whole object, also when a range was asked for. */
  sizeBytes: number
  etag: string
  body: AsyncIterable<Uint8Array>
  /** Gives the body up: its connection or file is held until it is read to its end, left early, or cancelled. */
  cancel(): Promise<void>
}

interface ObjectPage {
  objects: ObjectInfo[]
  cursor?: string | undefined
}

interface PutRequest {
  key: string
  body: AsyncIterable<Uint8Array> | Uint8Array
  sizeBytes: number
  sha256?: string | undefined
  /** Leaves an object that is there already as it is. */
  ifAbsent?: boolean
}

export interface DownloadUrlRequest {
  key: string
  /** What the answer says of itself, as HTTP headers. */
  contentType: string
  contentDisposition: string
}

export interface UploadUrlRequest {
  key: string
  part?: { uploadId: string; partNumber: number }
  expirySeconds: number
}

interface PutPartRequest {
  key: string
  uploadId: string
  partNumber: number
  body: AsyncIterable<Uint8Array> | Uint8Array
  sizeBytes: number
}

export interface OpenUpload {
  key: string
  uploadId: string
  startedAt: Date
}

interface UploadedPart {
  partNumber: number
  etag: string
}

export class ObjectMissing extends Error {
  override name = 'ObjectMissing'
  constructor(key: string, cause?: unknown) {
    super(`there is no object "${key}"`, { cause })
  }
}

export class ObjectChanged extends Error {
  override name = 'ObjectChanged'
  constructor(key: string, cause?: unknown) {
    super(`the object "${key}" is another one by now`, { cause })
  }
}

export class UploadMissing extends Error {
  override name = 'UploadMissing'
}

/** What is to be joined is not what was sent: a part is missing, or another one. */
export class PartsRefused extends Error {
  override name = 'PartsRefused'
}

export class ChecksumMismatch extends Error {
  override name = 'ChecksumMismatch'
}

export class SizeMismatch extends Error {
  override name = 'SizeMismatch'
}
