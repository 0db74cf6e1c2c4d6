import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { UploadItem } from '../../../shared/table/uploads.ts'
import type { UploadWays } from './plan-upload.ts'

export interface UploadSettings extends UploadWays {
  /** Per file; a proof reads the whole of it in one go. */
  objectMaxBytes: number
  /** A larger object is not proven within a request, but by `proveLater`. */
  proveInRequestMaxBytes: number
  /** How long a request waits for that. */
  waitMs: number
}

/** A local request may take any time, and a disk takes a file in one piece as well as in parts. */
export const localUploads: UploadSettings = {
  objectMaxBytes: 2 * 1024 ** 4,
  basicMaxBytes: 32 * 1024 ** 2,
  partMinBytes: 32 * 1024 ** 2,
  proveInRequestMaxBytes: Number.POSITIVE_INFINITY,
  waitMs: 0,
}

/**
 * The HTTP API gives a Lambda 30 seconds. An object in parts is proven when its parts are joined, in a request of its
 * own; one sent in one piece is proven by the commit, which may name many.
 */
export const lambdaUploads: UploadSettings = {
  // As for imports: a Lambda has 15 minutes to read it.
  objectMaxBytes: 40 * 1024 ** 3,
  basicMaxBytes: 4 * 1024 ** 2,
  partMinBytes: 64 * 1024 ** 2,
  proveInRequestMaxBytes: 1024 ** 3,
  waitMs: 20_000,
}

/** What the upload routes work with. */
export interface UploadParts {
  table: Table
  objects: ObjectStore
  publicUrl: string | undefined
  uploadSecret: () => Promise<Uint8Array>
  uploads: UploadSettings
  /** Has an upload proven by a worker with more time. */
  proveLater: (upload: UploadItem) => Promise<void>
  now: () => Date
}
