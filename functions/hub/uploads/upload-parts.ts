import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { UploadItem } from '../../../shared/table/uploads.ts'
import type { UploadWays } from './plan-upload.ts'

export interface UploadSettings extends UploadWays {
  /** Of one file: whoever proves it reads the whole of it in one go. */
  objectMaxBytes: number
  /** More than this is not read within a request, but by whoever `proveLater` asks. */
  proveInRequestMaxBytes: number
  /** How long a request waits for that one. */
  waitMs: number
}

/** One machine has all the time of a request, and its disk takes a file in one piece as well as in parts. */
export const localUploads: UploadSettings = {
  objectMaxBytes: 2 * 1024 ** 4,
  basicMaxBytes: 32 * 1024 ** 2,
  partMinBytes: 32 * 1024 ** 2,
  proveInRequestMaxBytes: Number.POSITIVE_INFINITY,
  waitMs: 0,
}

/**
 * The HTTP API gives a Lambda 30 seconds. An object in parts is read where its parts are joined, by a request of its
 * own; one that came in one piece is read by the commit, which may name many.
 */
export const lambdaUploads: UploadSettings = {
  // As of an import: a Lambda has a quarter of an hour to read it.
  objectMaxBytes: 40 * 1024 ** 3,
  basicMaxBytes: 4 * 1024 ** 2,
  partMinBytes: 64 * 1024 ** 2,
  proveInRequestMaxBytes: 1024 ** 3,
  waitMs: 20_000,
}

/** What the routes of uploads work with. */
export interface UploadParts {
  table: Table
  objects: ObjectStore
  publicUrl: string | undefined
  uploadSecret: () => Promise<Uint8Array>
  uploads: UploadSettings
  /** Has an upload proven by somebody with more time. */
  proveLater: (upload: UploadItem) => Promise<void>
  now: () => Date
}
