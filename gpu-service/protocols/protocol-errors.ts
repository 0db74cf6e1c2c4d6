import type { Context, MiddlewareHandler } from 'hono'
import type { AnswerError, ServingEnvironment } from './serving-environment.ts'

/**
 * Selects how errors are written from here on. A sub-app with its own `onError` could do so, too, but then Hono chains
 * each of its handlers separately.
 */
export const errorsBy = (answerError: AnswerError): MiddlewareHandler<ServingEnvironment> =>
  writesErrors(answerError, (context, next) => {
    context.set('answerError', answerError)
    return next()
  })

const writers = new WeakMap<object, AnswerError>()

/** Marks a middleware with its way of writing errors, for requests to its path that do not run it. */
export function writesErrors<Handler extends MiddlewareHandler<ServingEnvironment>>(
  answerError: AnswerError,
  handler: Handler,
): Handler {
  writers.set(handler, answerError)
  return handler
}

/** Writes errors in the way of the first marked handler, if there is one. */
export function answerAs(context: Context<ServingEnvironment>, handlers: readonly unknown[]): void {
  const noted = handlers.find((handler) => typeof handler === 'function' && writers.has(handler))
  if (noted !== undefined) context.set('answerError', writers.get(noted as MiddlewareHandler))
}

/** The single `onError` of an app of several protocols. */
export const answerAsAsked =
  (otherwise: AnswerError): AnswerError =>
  (thrown, context) =>
    (context.get('answerError') ?? otherwise)(thrown, context)
