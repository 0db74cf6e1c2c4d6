/** An error that a caller can meet; `shared/errors.ts` lists them all. */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  readonly retryable: boolean
  readonly param: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly details: Record<string, unknown> | undefined

  constructor({ code, status, message, retryable = false, param, retryAfterSeconds, details, cause }: AppErrorFields) {
    super(message, { cause })
    this.name = 'AppError'
    this.code = code
    this.status = status
    this.retryable = retryable
    this.param = param
    this.retryAfterSeconds = retryAfterSeconds
    this.details = details
  }
}

export interface AppErrorFields {
  code: string
  status: number
  message: string
  /** Whether the same request may succeed later, unchanged. */
  retryable?: boolean | undefined
  /** The field of the request at fault, as a path: `inputs[3]`. */
  param?: string | undefined
  retryAfterSeconds?: number | undefined
  details?: Record<string, unknown> | undefined
  cause?: unknown
}
