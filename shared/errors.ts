/**
 * Every error a caller can meet, in one table: a stable `code`, the HTTP status, and a message that says what is
 * wrong, where, and what to do. Formatting for a protocol happens at the edge (`shared/http/envelopes.ts`).
 */
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
  /** Whether the same request may succeed later without a change. */
  retryable?: boolean | undefined
  /** The field of the request that is at fault, as a path: `inputs[3]`. */
  param?: string | undefined
  retryAfterSeconds?: number | undefined
  details?: Record<string, unknown> | undefined
  cause?: unknown
}

export const errors = {
  unauthenticated: () =>
    new AppError({
      code: 'unauthenticated',
      status: 401,
      message: 'This route needs an API key. Send it as "Authorization: Bearer hf_…" or as "X-API-Key: hf_…".',
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
        'The access token is expired, its session is over, or it is none of ours. Get a new one from POST /api/v1/auth/refresh, or log in again.',
    }),
  missingScope: (scope: string) =>
    new AppError({
      code: 'missing_scope',
      status: 403,
      message: `The API key lacks the scope "${scope}" that this route needs. Use a key that has it.`,
    }),
  forbidden: (access: string, owner: string) =>
    new AppError({
      code: 'forbidden',
      status: 403,
      message: `You may not ${access} here: that needs a higher role in "${owner}". An admin of "${owner}" can give it to you.`,
    }),
  routeNotFound: (method: string, path: string) =>
    new AppError({
      code: 'route_not_found',
      status: 404,
      message: `There is no route ${method} ${path}. The routes are listed at /api/v1/openapi.json.`,
    }),
  invalidRequest: (message: string, param?: string) =>
    new AppError({ code: 'invalid_request', status: 400, message, param }),
  halfCharacter: (param: string) =>
    errors.invalidRequest(
      `"${param}" holds half of a surrogate pair, such as \\ud83d alone, which is no character: send both halves or none.`,
      param,
    ),
  invalidInput: (message: string, param?: string) =>
    new AppError({ code: 'invalid_input', status: 422, message, param }),
  invalidJson: (reason: string) =>
    new AppError({ code: 'invalid_json', status: 400, message: `The request body is not valid JSON: ${reason}.` }),
  payloadTooLarge: (limitBytes: number) =>
    new AppError({
      code: 'payload_too_large',
      status: 413,
      message: `The request body is larger than the limit of ${limitBytes} bytes. Send fewer inputs per request.`,
    }),
  repoNotFound: (repo: string) =>
    new AppError({
      code: 'repo_not_found',
      status: 404,
      message: `There is no repo "${repo}", or you may not see it. "npx slipway ls" lists what you have.`,
    }),
  revisionNotFound: (repo: string, ref: string) =>
    new AppError({
      code: 'revision_not_found',
      status: 404,
      message: `"${repo}" has no branch, tag, alias or revision "${ref}". "npx slipway show ${repo}" lists them.`,
    }),
  ownerNotFound: (owner: string) =>
    new AppError({
      code: 'owner_not_found',
      status: 404,
      message: `There is no user or organisation "${owner}", or you are not in it. GET /api/v1/owners lists yours.`,
    }),
  registrationClosed: () =>
    new AppError({
      code: 'registration_closed',
      status: 403,
      message: 'Registration is closed here. Ask an admin of this platform for an account.',
    }),
  invitationNeeded: () =>
    new AppError({
      code: 'invitation_needed',
      status: 403,
      message: 'Registration is by invitation here: send "invitation". An admin of this platform can invite you.',
      param: 'invitation',
    }),
  invitationInvalid: () =>
    new AppError({
      code: 'invitation_invalid',
      status: 403,
      message: 'The invitation is unknown, used, expired, or for another e-mail address. Ask for a new one.',
      param: 'invitation',
    }),
  invitationNotFound: (id: string) =>
    new AppError({
      code: 'invitation_not_found',
      status: 404,
      message: `There is no invitation "${id}" to take back.`,
    }),
  nameTaken: (name: string, param: string) =>
    new AppError({
      code: 'name_taken',
      status: 409,
      message: `There is a user or an organisation "${name}" already. Choose another name.`,
      param,
    }),
  emailTaken: () =>
    new AppError({
      code: 'email_taken',
      status: 409,
      message: 'There is an account with this e-mail address already. Log in with it.',
      param: 'email',
    }),
  weakPassword: (param: string) =>
    new AppError({
      code: 'weak_password',
      status: 400,
      message: 'The password must not be the username or the e-mail address, nor one character again and again.',
      param,
    }),
  wrongCredentials: () =>
    new AppError({
      code: 'wrong_credentials',
      status: 401,
      message: 'The user is unknown or the password is wrong.',
    }),
  accountDisabled: () =>
    new AppError({
      code: 'account_disabled',
      status: 403,
      message: 'This account is disabled. Ask an admin of this platform.',
    }),
  tooManyAttempts: (retryAfterSeconds: number) =>
    new AppError({
      code: 'too_many_attempts',
      status: 429,
      message: `Too many tries. Try again in ${Math.ceil(retryAfterSeconds)} s.`,
      retryable: true,
      retryAfterSeconds,
    }),
  busy: () =>
    new AppError({
      code: 'busy',
      status: 429,
      message: 'Too many passwords are being checked at once. Try again in a moment.',
      retryable: true,
      retryAfterSeconds: 1,
    }),
  sessionOver: () =>
    new AppError({
      code: 'session_over',
      status: 401,
      message: 'The refresh token is unknown, used or expired, or its session is over. Log in again.',
    }),
  wrongPassword: () =>
    new AppError({
      code: 'wrong_password',
      status: 403,
      message: 'The current password is wrong.',
      param: 'currentPassword',
    }),
  noPassword: () =>
    new AppError({
      code: 'no_password',
      status: 409,
      message: 'This account has no password: its API keys are its only way in.',
    }),
  notASession: () =>
    new AppError({
      code: 'not_a_session',
      status: 400,
      message: 'An API key has no session to end. Send "refreshToken", or the access token of the session.',
    }),
  userNotFound: (name: string) =>
    new AppError({ code: 'user_not_found', status: 404, message: `There is no user "${name}".` }),
  ownAccount: () =>
    new AppError({
      code: 'own_account',
      status: 409,
      message: 'An admin can neither disable nor demote itself, so that one always stays. Ask another admin.',
    }),
  adminOnly: () =>
    new AppError({ code: 'admin_only', status: 403, message: 'Only an admin of this platform may do this.' }),
  limitedKey: () =>
    new AppError({
      code: 'limited_key',
      status: 403,
      message: 'This API key is for one owner or one repo only. Use a session, or a key without a limit.',
    }),
  keyOutlivesMaker: (validUntil: string) =>
    new AppError({
      code: 'key_outlives_maker',
      status: 403,
      message: `A key cannot be valid longer than the key that makes it, which ends at ${validUntil}.`,
      param: 'expiresInDays',
    }),
  beyondLimit: () =>
    new AppError({
      code: 'beyond_limit',
      status: 403,
      message:
        'The key that you use is for one owner or repo only, and so are the keys that it makes: send that as "limit".',
      param: 'limit',
    }),
  organisationNotEmpty: (name: string) =>
    new AppError({
      code: 'organisation_not_empty',
      status: 409,
      message: `"${name}" still has repos or deployments, or deleted repos that can be brought back, or bytes of them that the next collection gives back. Move or delete them first, and wait for that: GET /api/v1/usage tells what is left.`,
    }),
  notAnOrganisation: (name: string) =>
    new AppError({
      code: 'not_an_organisation',
      status: 409,
      message: `"${name}" is the namespace of a user: it has no members and stays as long as the user.`,
    }),
  memberNotFound: (owner: string, username: string) =>
    new AppError({ code: 'member_not_found', status: 404, message: `"${username}" is no member of "${owner}".` }),
  lastAdmin: (owner: string) =>
    new AppError({
      code: 'last_admin',
      status: 409,
      message: `This is the last admin of "${owner}". Make another member an admin first, or delete the organisation.`,
    }),
  nameReserved: (name: string, param: string) =>
    new AppError({
      code: 'name_reserved',
      status: 400,
      message: `The name "${name}" is kept for the platform itself. Choose another.`,
      param,
    }),
  keyNotFound: (id: string) =>
    new AppError({ code: 'key_not_found', status: 404, message: `You have no API key "${id}".` }),
  ownKey: (id: string) =>
    new AppError({
      code: 'own_key',
      status: 409,
      message: `The key "${id}" is the one that you use now. Revoke it with another key that has the scope "admin".`,
    }),
  importNotFound: (id: string) =>
    new AppError({ code: 'import_not_found', status: 404, message: `There is no import "${id}".` }),
  deploymentNotFound: (name: string) =>
    new AppError({
      code: 'deployment_not_found',
      status: 404,
      message: `There is no deployment "${name}". "npx slipway status" lists the deployments.`,
    }),
  deploymentExists: ({ name, target, url }: { name: string; target: string; url: string }) =>
    new AppError({
      code: 'deployment_exists',
      status: 409,
      message: `A deployment "${name}" exists already; it serves ${target}. Change it: npx slipway deploy … --name ${name} --update; or choose another name with --name.`,
      details: { url },
    }),
  poolNotFound: (pool: string, pools: readonly string[]) =>
    new AppError({
      code: 'pool_not_found',
      status: 422,
      message: `There is no pool "${pool}", so nothing would serve it. There is: ${pools.join(', ')}.`,
      param: 'pool',
    }),
  deploymentChanged: ({ name, is, expected }: { name: string; is: number; expected: number }) =>
    new AppError({
      code: 'precondition_failed',
      status: 412,
      message: `The deployment "${name}" is at version ${is}, not ${expected}: somebody changed it meanwhile. Read it again.`,
      details: { version: is },
    }),
  modelNotFound: (model: string) =>
    new AppError({
      code: 'model_not_found',
      status: 404,
      message: `The model "${model}" is not deployed here. Name a deployment, "owner/name" or "owner/name@ref"; GET /v1/models lists them.`,
      param: 'model',
    }),
  /** Not 503, on which Hugging Face's JavaScript client asks again at once and for ever. */
  deploymentPaused: (name: string) =>
    new AppError({
      code: 'deployment_paused',
      status: 409,
      message: `The deployment "${name}" is paused. Whoever may change it can resume it: npx slipway resume ${name}`,
    }),
  modelNotReady: (model: string, state: string, retryAfterSeconds = 1) =>
    new AppError({
      code: 'model_not_ready',
      status: 503,
      message: `The model "${model}" is not ready yet (${state}). Try again shortly.`,
      retryable: true,
      retryAfterSeconds,
    }),
  modelTooLarge: ({ model, sizeBytes, maxBytes }: { model: string; sizeBytes: number; maxBytes: number }) =>
    new AppError({
      code: 'model_too_large',
      status: 422,
      message: `The model "${model}" takes about ${inMegabytes(sizeBytes)} in the engines, which may hold ${inMegabytes(maxBytes)}. Serve it in a smaller precision, with fewer engines (SLIPWAY_ENGINES), or raise SLIPWAY_MODEL_MEMORY_BYTES.`,
    }),
  modelFailed: (model: string, reason: string) =>
    new AppError({
      code: 'model_failed',
      status: 422,
      message: `The model "${model}" could not be loaded: ${reason}`,
    }),
  modelNotNamed: (path: string, bases: readonly string[]) =>
    new AppError({
      code: 'model_not_named',
      status: 400,
      message:
        bases.length === 0
          ? `No model that you may ask here can answer ${path}. GET /v1/models lists the models.`
          : `Several models can answer ${path}. Ask one by its own path: ${bases.map((base) => base + path).join(', ')}.`,
    }),
  generationNotServed: (path: string, served: readonly string[]) =>
    new AppError({
      code: 'not_implemented',
      status: 501,
      message: `Text generation is not served yet, so there is no ${path}. What is served: ${served.join(', ')}.`,
    }),
  wrongTask: (model: string, task: string, wanted: string) =>
    new AppError({
      code: 'wrong_task',
      status: 400,
      message: `The model "${model}" does ${task}; this route needs ${wanted}.`,
      param: 'model',
    }),
  unsupportedModel: (reason: string) => new AppError({ code: 'unsupported_model', status: 422, message: reason }),
  rateLimited: (limit: string, retryAfterSeconds: number) =>
    new AppError({
      code: 'rate_limited',
      status: 429,
      message: `This deployment answers ${limit}. Try again in ${Math.max(0.1, Math.ceil(retryAfterSeconds * 10) / 10)} s.`,
      retryable: true,
      retryAfterSeconds,
    }),
  /** Its clients would wait for hours, so they are told not to ask again by themselves. */
  quotaUsedUp: (limit: number, retryAfterSeconds: number) =>
    new AppError({
      code: 'quota_used_up',
      status: 429,
      message: `This deployment answers ${limit} requests a day, and has. The next day begins at midnight, UTC.`,
      retryAfterSeconds,
    }),
  overloaded: (retryAfterSeconds: number) =>
    new AppError({
      code: 'overloaded',
      status: 429,
      message: `The model is overloaded. Try again in ${retryAfterSeconds} s.`,
      retryable: true,
      retryAfterSeconds,
    }),
  inferenceFailed: (reason: string, cause?: unknown) =>
    new AppError({
      code: 'inference_failed',
      status: 422,
      message: `The model could not run this input: ${reason}`,
      cause,
    }),
  engineDied: (reason: string, cause?: unknown) =>
    new AppError({
      code: 'engine_died',
      status: 500,
      message: `The model could not be run: ${reason}. It is being started again.`,
      retryable: true,
      cause,
    }),
  /** Not retryable: with the same deadline the same would happen, and the SDKs retry a 504 unless they are told. */
  deadlineExceeded: (neededMs?: number) =>
    new AppError({
      code: 'deadline_exceeded',
      status: 504,
      message:
        neededMs === undefined
          ? 'The answer was not ready within the time that the request gave. Give it longer, or send fewer inputs.'
          : `This request needs about ${Math.ceil(neededMs)} ms of the model, which is longer than the time that it gave. Give it longer, or send fewer or shorter inputs.`,
    }),
  tooCostly: (seconds: number, limitSeconds: number) =>
    new AppError({
      code: 'request_too_costly',
      status: 413,
      message: `This request alone would take about ${seconds} s of the model; the limit is ${limitSeconds} s. Send fewer or shorter inputs per request.`,
    }),
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
  conflict: (message: string) => new AppError({ code: 'conflict', status: 409, message, retryable: true }),
  tooLarge: (what: string, limit: string) =>
    new AppError({ code: 'too_large', status: 422, message: `${what} is larger than the limit of ${limit}.` }),
  internal: (requestId: string, cause?: unknown) =>
    new AppError({
      code: 'internal',
      status: 500,
      message: `Something failed on our side. Quote the request id ${requestId} when you report it.`,
      cause,
    }),
}

/** The message of anything that was thrown, for a log line or the reason of a failure. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
