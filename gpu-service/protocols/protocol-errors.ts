import type { ErrorHandler, MiddlewareHandler } from 'hono'
import type { ServingEnvironment } from './serving-environment.ts'

export type AnswerError = ErrorHandler<ServingEnvironment>

/**
 * Has what goes wrong from here on answered as a protocol writes it. An app of its own with its own `onError` would do
 * so too, but Hono then puts each of its handlers into a chain of its own.
 */
export const errorsBy =
  (answerError: AnswerError): MiddlewareHandler<ServingEnvironment> =>
  (context, next) => {
    context.set('answerError', answerError)
    return next()
  }

/** The one `onError` of an app of protocols. */
export const answerAsAsked =
  (otherwise: AnswerError): AnswerError =>
  (thrown, context) =>
    (context.get('answerError') ?? otherwise)(thrown, context)
