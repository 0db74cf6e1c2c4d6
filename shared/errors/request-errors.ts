import { type Scope, scopesWith } from '../auth/principal.ts'
import { AppError } from './app-error.ts'

/** Problems of any request: who sent it, and how it is written. */
export const requestErrors = {
  unauthenticated: () =>
    new AppError({
      code: 'unauthenticated',
      status: 401,
      message: 'This route needs an API key. Send it as "Authorization: Bearer hf_…" or as "X-API-Key: hf_…".',
    }),
  bearerMissing: () =>
    new AppError({
      code: 'unauthenticated',
      status: 401,
      message:
        'The Authorization header lacks "Bearer" and a space before the key. Send it as "Authorization: Bearer hf_…".',
    }),
  invalidToken: () =>
    new AppError({
      code: 'invalid_token',
      status: 401,
      message: 'The API key is unknown, revoked or expired. Send a current key that starts with "hf_".',
    }),
  invalidSession: () =>
    new AppError({
      code: 'invalid_token',
      status: 401,
      message:
        'The access token is invalid or expired, or its session has ended. Get a new one from POST /api/v1/auth/refresh, or log in again.',
    }),
  missingScope: (scope: Scope, held: readonly Scope[]) =>
    new AppError({
      code: 'missing_scope',
      status: 403,
      message: `The API key lacks the scope "${scope}" that this route needs. ${wayToScope(scope, held)}`,
    }),
  forbidden: (access: string, owner: string) =>
    new AppError({
      code: 'forbidden',
      status: 403,
      message: `You may not ${access} here: this needs a higher role in "${owner}". An admin of "${owner}" can give it to you.`,
    }),
  malformedRequest: (reason: string) =>
    new AppError({ code: 'malformed_request', status: 400, message: `The request is not valid HTTP: ${reason}.` }),
  headersTooLarge: (limitBytes: number) =>
    new AppError({
      code: 'headers_too_large',
      status: 431,
      message: `The address and the headers of the request are larger than the limit of ${limitBytes} bytes. Send long values in the body.`,
    }),
  expectationFailed: () =>
    new AppError({
      code: 'expectation_failed',
      status: 417,
      message: 'The header "Expect" must be "100-continue". Send it so, or leave it out.',
    }),
  requestTimedOut: () =>
    new AppError({
      code: 'request_timeout',
      status: 408,
      message: 'The rest of the request did not arrive in time. Send the request again.',
      retryable: true,
    }),
  /** `near` suggests the route that was probably meant. */
  routeNotFound: (method: string, path: string, near = 'The routes are listed at /api/v1/openapi.json.') =>
    new AppError({
      code: 'route_not_found',
      status: 404,
      message: `There is no route ${method} ${path}. ${near}`,
    }),
  methodNotAllowed: (method: string, path: string, allowed: readonly string[]) =>
    new AppError({
      code: 'method_not_allowed',
      status: 405,
      message: `${path} does not support ${method}. It supports ${allowed.join(', ')}.`,
    }),
  invalidRequest: (message: string, param?: string) =>
    new AppError({ code: 'invalid_request', status: 400, message, param }),
  halfCharacter: (param: string): AppError =>
    requestErrors.invalidRequest(
      `"${param}" contains half of a surrogate pair, such as \\ud83d alone, which is not a character: send both halves or none.`,
      param,
    ),
  invalidInput: (message: string, param?: string) =>
    new AppError({ code: 'invalid_input', status: 422, message, param }),
  invalidJson: (reason: string) =>
    new AppError({ code: 'invalid_json', status: 400, message: `The request body is not valid JSON: ${reason}.` }),
  notDeclaredJson: (type: string | undefined) =>
    new AppError({
      code: 'invalid_request',
      status: 415,
      message: `${type === undefined ? 'The header "Content-Type" is missing' : `The header "Content-Type" is "${type.slice(0, 100)}"`}; this route takes JSON. Send "Content-Type: application/json".`,
      param: 'Content-Type',
    }),
  unsupportedEncoding: (coding: string, taken: string) =>
    new AppError({
      code: 'unsupported_encoding',
      status: 415,
      message: `The content encoding "${coding.slice(0, 50)}" is not supported; send ${taken}.`,
    }),
  payloadTooLarge: (limitBytes: number) =>
    new AppError({
      code: 'payload_too_large',
      status: 413,
      message: `The request body is larger than the limit of ${limitBytes} bytes. Send fewer inputs per request, or a smaller image.`,
    }),
  tooLarge: (what: string, limit: string) =>
    new AppError({ code: 'too_large', status: 422, message: `${what} is larger than the limit of ${limit}.` }),
  conflict: (message: string) => new AppError({ code: 'conflict', status: 409, message, retryable: true }),
  starting: () =>
    new AppError({
      code: 'starting',
      status: 503,
      message: 'This server is starting. Send the request again in a moment.',
      retryable: true,
      retryAfterSeconds: 1,
    }),
  clientClosed: () =>
    new AppError({
      code: 'client_closed',
      status: 499,
      message: 'The client closed the connection before the answer.',
    }),
  diskFull: (cause?: unknown) =>
    new AppError({
      code: 'disk_full',
      status: 507,
      message: 'The data disk of this server is full. Free some space, then send the request again.',
      cause,
    }),
  internal: (requestId: string, cause?: unknown) =>
    new AppError({
      code: 'internal',
      status: 500,
      message: `Something failed on our side. Quote the request id ${requestId} when you report it.`,
      cause,
    }),
}

/** How to create a key with the missing scope and the ones it already has. */
function wayToScope(scope: Scope, held: readonly Scope[]): string {
  const wanted = scopesWith(held, scope).map((one) => `--scope ${one}`)
  const maker =
    scope === 'admin' ? 'Use a key that has it, or the access token of a login; either' : 'A key with the scope "admin"'
  return `${maker} can create another: npx slipway keys create NAME ${wanted.join(' ')}`
}
