import { retryAfterSeconds } from '../hf/retry-after.ts'

/** An error answer of the API, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: string
  readonly status: number
  readonly requestId: string | undefined
  /** The `Retry-After` of the server. */
  readonly retryAfterSeconds: number | undefined

  constructor({ code, status, message, requestId, retryAfterSeconds, cause }: ApiErrorFields) {
    super(message, { cause })
    this.code = code
    this.status = status
    this.requestId = requestId
    this.retryAfterSeconds = retryAfterSeconds
  }
}

interface ApiErrorFields {
  code: string
  status: number
  message: string
  requestId?: string | undefined
  retryAfterSeconds?: number | undefined
  cause?: unknown
}

/** Reads any of the platform's error envelopes: `{error: {code, message}}` or `{error: "…", code}`. */
export async function toApiError(response: Response): Promise<ApiError> {
  const { status, headers } = response
  const requestId = headers.get('x-request-id') ?? undefined
  const body: unknown = await response.json().catch(() => undefined)
  const error = property(body, 'error')
  const message = text(property(error, 'message')) ?? text(error) ?? `the server answered ${status} without a message`
  const code = text(property(error, 'code')) ?? text(property(body, 'code')) ?? 'unknown'
  return new ApiError({ code, status, message, requestId, retryAfterSeconds: retryAfterSeconds({ headers }) })
}

/** The connection to `address` failed or broke; `base` is the server that was asked first. */
export function connectionError({ base, address, cause }: LostConnection): ApiError {
  const why = reasonOf(cause)
  const message = address.startsWith(`${base}/`)
    ? `No Slipway answers at ${base}${why}. Start one with "npm start", or set SLIPWAY_URL to where it runs.`
    : `The server ${base} refers this request to ${URL.parse(address)?.origin ?? address}, where nothing answers${why}. Can that address be reached from here?`
  return new ApiError({ code: 'unreachable', status: 0, message, cause })
}

interface LostConnection {
  base: string
  address: string
  cause: unknown
}

/** The network's own reason; `fetch` itself only says "fetch failed". */
function reasonOf(error: unknown): string {
  if (property(error, 'name') === 'TimeoutError') return ' in time'
  const code = text(property(property(error, 'cause'), 'code'))
  return code === undefined ? '' : ` (${code})`
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
