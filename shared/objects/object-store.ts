/**
 * Where bytes are stored: S3 in AWS, a folder on this machine. One contract suite (`test/contract/object-store.ts`)
 * runs against both.
 */
export interface ObjectStore {
  /** `undefined` where there is no such object. */
  head(request: { key: string }): Promise<ObjectInfo | undefined>
  /**
   * A range may end beyond the object, but not begin there. Aborting the signal also ends the body.
   * @throws ObjectMissing, RangeError
   */
  get(request: { key: string; range?: { start: number; end: number }; signal?: AbortSignal }): Promise<ObjectBody>
  /**
   * Writes an object whole or not at all. With `sha256` (hex), other content is refused before it becomes visible.
   * @throws ChecksumMismatch, SizeMismatch
   */
  put(request: PutRequest): Promise<'written' | 'exists'>
  /** With `ifMatch`, copies only content with that ETag. @throws ObjectMissing, ObjectChanged */
  copy(request: { from: string; to: string; ifMatch?: string }): Promise<void>
  /** Missing keys are no error. */
  delete(request: { keys: readonly string[] }): Promise<void>
  /** Objects whose key starts with `prefix`, in key order, page by page. */
  list(request: { prefix: string; cursor?: string | undefined; limit?: number }): Promise<ObjectPage>
  /**
   * A temporary address on another hostname that serves the object, also in ranges, without a key. Only stores that are
   * servers themselves have it.
   */
  downloadUrl?(request: DownloadUrlRequest): Promise<string>
  /**
   * A temporary address that accepts an object, or with `part` one part of an upload, by `PUT` without a key. Only
   * stores that are servers themselves have it.
   */
  uploadUrl?(request: UploadUrlRequest): Promise<string>
  /** Objects written in parts, in any order, by many writers. */
  readonly uploads: MultipartUploads
}

export interface MultipartUploads {
  /** Parts that clients send to `uploadUrl` lack the checksums of our own parts, which has to be declared here. */
  create(request: { key: string; partsFrom?: 'us' | 'clients' }): Promise<{ uploadId: string }>
  /** A part may be sent again, and the last one wins. S3 requires at least 5 MiB for every part but the last. */
  putPart(request: PutPartRequest): Promise<{ etag: string }>
  /**
   * Completing again changes nothing; S3 may report success, another store that the upload is gone.
   * @throws UploadMissing where the upload was aborted or already completed; PartsRefused
   */
  complete(request: { key: string; uploadId: string; parts: readonly UploadedPart[] }): Promise<void>
  /** The first `limit` unfinished uploads to keys that start with `prefix`. */
  open(request: { prefix: string; limit: number }): Promise<OpenUpload[]>
  /** A missing upload is no error. */
  abort(request: { key: string; uploadId: string }): Promise<void>
}

export interface ObjectInfo {
  key: string
  sizeBytes: number
  etag: string
  modifiedAt: Date
}

export interface ObjectBody {
  /** The size of the whole object, even for a range. */
  sizeBytes: number
  etag: string
  body: AsyncIterable<Uint8Array>
  /** Releases the connection or file, which is otherwise held until the body is read to its end or left early. */
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
  /** Keeps an existing object. */
  ifAbsent?: boolean
}

export interface DownloadUrlRequest {
  key: string
  /** Headers of the answer. */
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
    super(`the object "${key}" has changed`, { cause })
  }
}

export class UploadMissing extends Error {
  override name = 'UploadMissing'
}

/** The parts to join are not the parts that were sent: one is missing, or differs. */
export class PartsRefused extends Error {
  override name = 'PartsRefused'
}

export class ChecksumMismatch extends Error {
  override name = 'ChecksumMismatch'
}

export class SizeMismatch extends Error {
  override name = 'SizeMismatch'
}
