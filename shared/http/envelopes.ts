import type { AppError } from '../errors.ts'

/** How a protocol family writes an error; one function per family, see `reference/serving-protocols` section 6. */
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

/** Anthropic's `{type: "error", error: {type, message}, request_id}`. */
export const anthropicEnvelope: Envelope = (error, requestId) => ({
  type: 'error',
  error: { type: anthropicType(error.status), message: error.message },
  request_id: requestId,
})

/** Hugging Face's pipelines: `{error: "…"}`, plus the code and the request id. */
export const pipelineEnvelope: Envelope = (error, requestId) => ({ error: error.message, code: error.code, requestId })

/** Cohere's `{message}`, plus the code and the request id. */
export const cohereEnvelope: Envelope = (error, requestId) => ({ message: error.message, code: error.code, requestId })

/**
 * The Hub protocol's `{error: "…"}`. Its clients read the kind of error from headers, and the `url` of an existing repo
 * from the body.
 */
export const hubEnvelope: Envelope = (error) => ({ error: error.message, ...error.details })

/** The headers that a protocol family adds to an error. */
export type ErrorHeaders = (error: AppError) => Record<string, string>

/** The Hub protocol's error codes, which Python maps to exceptions. */
const hubErrorCodes: Record<string, string> = {
  repo_not_found: 'RepoNotFound',
  revision_not_found: 'RevisionNotFound',
  repo_empty: 'RevisionNotFound',
  entry_not_found: 'EntryNotFound',
  gated_repo: 'GatedRepo',
  // A stranger must not learn whether a repo exists; this code also makes clients ask for a login.
  unauthenticated: 'RepoNotFound',
}

/** `X-Error-Code` and `X-Error-Message`; Python looks for exactly this message on a wrong key. */
export const hubErrorHeaders: ErrorHeaders = ({ code, message }) => {
  const text = code === 'invalid_token' ? 'Invalid credentials in Authorization header' : message
  const name = hubErrorCodes[code]
  return {
    'x-error-message': text
      .replaceAll('…', '...')
      .replaceAll(/[^\x20-\x7e]/g, '?')
      .slice(0, 1000),
    ...(name !== undefined && { 'x-error-code': name }),
  }
}

function anthropicType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 404) return 'not_found_error'
  if (status === 413) return 'request_too_large'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'api_error'
}

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
