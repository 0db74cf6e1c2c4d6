/** An answer of the API that is no success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: string
  readonly status: number
  readonly requestId: string | undefined

  constructor({ code, status, message, requestId, cause }: ApiErrorFields) {
    super(message, { cause })
    this.code = code
    this.status = status
    this.requestId = requestId
  }
}

interface ApiErrorFields {
  code: string
  status: number
  message: string
  requestId?: string | undefined
  cause?: unknown
}

/** Reads any of the platform's error envelopes: `{error: {code, message}}` or `{error: "…", code}`. */
export async function toApiError(response: Response): Promise<ApiError> {
  const { status } = response
  const requestId = response.headers.get('x-request-id') ?? undefined
  const body: unknown = await response.json().catch(() => undefined)
  const error = property(body, 'error')
  const message = text(property(error, 'message')) ?? text(error) ?? `the server answered ${status} without a message`
  const code = text(property(error, 'code')) ?? text(property(body, 'code')) ?? 'unknown'
  return new ApiError({ code, status, message, requestId })
}

export const connectionError = (url: string, cause: unknown): ApiError =>
  new ApiError({
    code: 'unreachable',
    status: 0,
    message: `No Slipway answers at ${url}. Start one with "npm start", or set SLIPWAY_URL to where it runs.`,
    cause,
  })

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
