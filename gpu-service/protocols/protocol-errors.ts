import type { Context, ErrorHandler, MiddlewareHandler } from 'hono'
import type { ServingEnvironment } from './serving-environment.ts'

export type AnswerError = ErrorHandler<ServingEnvironment>

/**
 * Has what goes wrong from here on answered as a protocol writes it. An app of its own with its own `onError` would do
 * so too, but Hono then puts each of its handlers into a chain of its own.
 */
export const errorsBy = (answerError: AnswerError): MiddlewareHandler<ServingEnvironment> =>
  writesErrors(answerError, (context, next) => {
    context.set('answerError', answerError)
    return next()
  })

const writers = new WeakMap<object, AnswerError>()

/** Notes of a middleware that it has errors answered so, for who comes to its path in a way that it is not run. */
export function writesErrors<Handler extends MiddlewareHandler<ServingEnvironment>>(
  answerError: AnswerError,
  handler: Handler,
): Handler {
  writers.set(handler, answerError)
  return handler
}

/** Has what goes wrong answered as by those handlers, where one of them was noted. */
export function answerAs(context: Context<ServingEnvironment>, handlers: readonly unknown[]): void {
  const noted = handlers.find((handler) => typeof handler === 'function' && writers.has(handler))
  if (noted !== undefined) context.set('answerError', writers.get(noted as MiddlewareHandler))
}

/** The one `onError` of an app of protocols. */
export const answerAsAsked =
  (otherwise: AnswerError): AnswerError =>
  (thrown, context) =>
    (context.get('answerError') ?? otherwise)(thrown, context)
