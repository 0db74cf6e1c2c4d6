import type { SkippedFile } from '../contract/import.ts'

/** The files of a model at one fixed revision of the source. */
export interface SourceListing {
  /** The source's name for that revision: a commit, or a fingerprint. */
  revision: string
  files: SourceFile[]
  /** Entries that cannot be read as files, where the source reports them. */
  leftOut?: SkippedFile[]
}

/** A file as the source describes it. Only the types are checked: validate the path before using it. */
export interface SourceFile {
  path: string
  sizeBytes: number
  /** 64 hex digits, for LFS files. */
  sha256?: string
  /** The 40-hex git blob id, for small files. */
  gitSha1?: string
  /** Identifies the content where there is no hash; `open` returns no other content. */
  etag?: string
}

/** Where an import reads a model from. Both methods throw `SourceError`, or the reason of `signal`. */
export interface ModelSource {
  list(request: { signal?: AbortSignal | undefined }): Promise<SourceListing>
  /**
   * Streams the bytes `start` to `end` (inclusive) of a file at the listed revision: exactly that many, or it throws.
   * The stream holds a connection until it is read to the end, left early, or aborted.
   */
  open(request: OpenRequest): Promise<AsyncIterable<Uint8Array>>
}

export interface OpenRequest {
  file: SourceFile
  revision: string
  start: number
  end: number
  signal?: AbortSignal | undefined
}

type SourceErrorCode =
  /** There is no token, or an invalid one. */
  | 'source_unauthorized'
  /** The token is valid but may not read this. */
  | 'source_forbidden'
  /** The repo's terms have to be accepted first. */
  | 'source_gated'
  /** No such repo, revision or file. */
  | 'source_not_found'
  /** No connection, no answer in time, or a temporary refusal. */
  | 'source_unreachable'
  | 'source_rate_limited'
  /** The answer violates the protocol. */
  | 'source_protocol'
  /** The bytes ended too early. */
  | 'source_truncated'
  /** The file no longer matches the listing. */
  | 'source_changed'
  | 'too_many_files'

/** A failure of the source. Its message holds no token and no signed query, so it may be shown and logged. */
export class SourceError extends Error {
  readonly code: SourceErrorCode
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean
  /** The delay that the source asked for, if any. */
  readonly retryAfterSeconds: number | undefined
  /** What is missing, where the source says so. */
  readonly missing: 'repo' | 'revision' | 'entry' | undefined
  /** The file that was being read, if any. */
  readonly path: string | undefined

  constructor({ code, message, retryable = false, retryAfterSeconds, missing, path, cause }: SourceErrorFields) {
    super(message, { cause })
    this.name = 'SourceError'
    this.code = code
    this.retryable = retryable
    this.retryAfterSeconds = retryAfterSeconds
    this.missing = missing
    this.path = path
  }
}

export interface SourceErrorFields {
  code: SourceErrorCode
  message: string
  retryable?: boolean | undefined
  retryAfterSeconds?: number | undefined
  missing?: 'repo' | 'revision' | 'entry' | undefined
  path?: string | undefined
  cause?: unknown
}
