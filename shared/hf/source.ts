import type { SkippedFile } from '../contract/import.ts'

/** A model's files as a source lists them at one fixed state. */
export interface SourceListing {
  /** What that state is called at the source: a commit, or a fingerprint. */
  revision: string
  files: SourceFile[]
  /** What lies there beside them that cannot be read as a file, where the source tells it. */
  leftOut?: SkippedFile[]
}

/** A file as the source describes it. Nothing but the shape of the fields is checked: judge the path before using it. */
export interface SourceFile {
  path: string
  sizeBytes: number
  /** 64 hex digits, where the source tells it: LFS files. */
  sha256?: string
  /** The 40-hex git blob id, where the source tells it: small files. */
  gitSha1?: string
  /** What the source calls the content where it tells no hash; `open` gives no other content than this. */
  etag?: string
}

/** Where the import pipeline reads a model from. Both methods throw `SourceError`, or the reason of `signal`. */
export interface ModelSource {
  list(request: { signal?: AbortSignal | undefined }): Promise<SourceListing>
  /**
   * Streams the bytes `start` to `end` (inclusive) of a file at the listed revision: exactly that many, or it throws.
   * The answer holds a connection until it is read to its end, left early, or aborted.
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
  /** The source does not know who asks: no token, or a bad one. */
  | 'source_unauthorized'
  /** The token is known and may not read this. */
  | 'source_forbidden'
  /** The terms of the repo have to be accepted first. */
  | 'source_gated'
  /** There is no such repo, revision or file. */
  | 'source_not_found'
  /** No connection, no answer in time, or an answer that says "not now". */
  | 'source_unreachable'
  | 'source_rate_limited'
  /** The answer is not what the protocol says. */
  | 'source_protocol'
  /** The bytes ended before the range did. */
  | 'source_truncated'
  /** A file is no longer what the listing said. */
  | 'source_changed'
  | 'too_many_files'

/** A failure of the source. Its message holds no token and no query of a signed link, so it may be shown and logged. */
export class SourceError extends Error {
  readonly code: SourceErrorCode
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean
  /** How long the source asked to wait, where it said so. */
  readonly retryAfterSeconds: number | undefined
  /** What there is none of, where the source said it. */
  readonly missing: 'repo' | 'revision' | 'entry' | undefined
  /** The file that was being read, if it was one. */
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
