import type { AppError } from '../errors.ts'

/** How a family of protocols writes an error. One function per family; see `reference/serving-protocols` section 6. */
export type Envelope = (error: AppError, requestId: string) => Record<string, unknown>

/** The platform's own API: `{error: {code, message, requestId, …}}`. */
export const platformEnvelope: Envelope = (error, requestId) => ({
  error: {
    code: error.code,
    message: error.message,
    ...(error.param !== undefined && { param: error.param }),
    ...error.details,
    retryable: error.retryable,
    requestId,
  },
})

/** OpenAI's `{error: {message, type, param, code}}`, which its SDKs turn into typed exceptions. */
export const openaiEnvelope: Envelope = (error) => ({
  error: { message: error.message, type: openaiType(error.status), param: error.param ?? null, code: error.code },
})

/** Hugging Face's pipelines: `{error: "…"}`, with the code and the request id beside it. */
export const pipelineEnvelope: Envelope = (error, requestId) => ({ error: error.message, code: error.code, requestId })

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
