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

/** Cohere's `{message}`, with the code and the request id beside it. */
export const cohereEnvelope: Envelope = (error, requestId) => ({ message: error.message, code: error.code, requestId })

/** The Hub protocol's `{error: "…"}`. Its clients tell cases apart by headers, and read of a repo that is there its `url`. */
export const hubEnvelope: Envelope = (error) => ({ error: error.message, ...error.details })

/** What a family of protocols says of an error in headers, beside the body. */
export type ErrorHeaders = (error: AppError) => Record<string, string>

/** The Hub protocol's names for what is missing, from which Python makes its typed exceptions. */
const hubErrorCodes: Record<string, string> = {
  repo_not_found: 'RepoNotFound',
  revision_not_found: 'RevisionNotFound',
  entry_not_found: 'EntryNotFound',
  gated_repo: 'GatedRepo',
  // A stranger is not told whether a repo is hidden or missing, and is asked to log in by this very name.
  unauthenticated: 'RepoNotFound',
}

/** `X-Error-Code` and `X-Error-Message`; the latter's words for a wrong key are what Python looks for. */
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

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
