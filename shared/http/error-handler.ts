import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { AppError, errors, messageOf } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { isDiskFull } from '../objects/disk-full.ts'
import type { HttpEnvironment } from './context.ts'
import type { Envelope, ErrorHeaders } from './envelopes.ts'
import { logOf } from './request-log.ts'

/** Answers any thrown error in the envelope of the route's protocol. An unknown one becomes 500 and is logged. */
export const answerErrors =
  (envelope: Envelope, metrics?: Metrics, headersOf?: ErrorHeaders): ErrorHandler<HttpEnvironment> =>
  (thrown, context) =>
    answerError({ thrown, context, envelope, metrics, headersOf })

/**
 * Statuses that are no fault of this server: not implemented, another server's answer, not ready, the caller's
 * deadline. Unknown errors never have them; under load there may be thousands.
 */
export const isSaidOnPurpose = (status: number): boolean => [501, 502, 503, 504].includes(status)

function answerError({ thrown, context, envelope, metrics, headersOf }: AnswerInput) {
  const requestId = context.get('requestId')
  const error = toAppError(thrown, context)
  metrics?.errors.inc({ code: error.code })
  if (error.status >= 500 && !isSaidOnPurpose(error.status))
    logOf(context).error({ code: error.code, err: error.cause ?? error }, messageOf(thrown))
  if (error.retryAfterSeconds !== undefined) {
    context.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterSeconds))))
    context.header('retry-after-ms', String(Math.ceil(error.retryAfterSeconds * 1000)))
  }
  // The OpenAI SDKs retry 409 and every 5xx unless told not to.
  if (!error.retryable) context.header('x-should-retry', 'false')
  for (const [name, value] of Object.entries(headersOf?.(error) ?? {})) context.header(name, value)
  return context.json(envelope(error, requestId), error.status as ContentfulStatusCode)
}

interface AnswerInput {
  thrown: unknown
  context: Context<HttpEnvironment>
  envelope: Envelope
  metrics: Metrics | undefined
  headersOf: ErrorHeaders | undefined
}

function toAppError(thrown: unknown, context: Context<HttpEnvironment>): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof HTTPException && thrown.status === 415)
    return errors.notDeclaredJson(context.req.header('content-type'))
  if (thrown instanceof HTTPException && thrown.status < 500)
    return thrown.status === 400 && thrown.message.startsWith('Malformed JSON')
      ? errors.invalidJson('it could not be parsed')
      : new AppError({ code: 'invalid_request', status: thrown.status, message: thrown.message })
  return isDiskFull(thrown) ? errors.diskFull(thrown) : errors.internal(context.get('requestId'), thrown)
}
