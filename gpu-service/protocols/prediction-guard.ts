import type { Context, MiddlewareHandler } from 'hono'
import { assertScope } from '../../shared/auth/middleware.ts'
import { tokenOf } from '../../shared/auth/token.ts'
import { predictionMaxBytes } from '../../shared/contract/predict.ts'
import { announcedBytes, withinLimit } from '../../shared/http/json-body.ts'
import { takeRoom } from './admission.ts'
import { noteOutcome } from './note-outcome.ts'
import { writesErrors } from './protocol-errors.ts'
import type { AnswerError, ServingEnvironment } from './serving-environment.ts'
import type { ServingParts } from './serving-parts.ts'

interface PredictionGuard {
  parts: ServingParts
  /** How the protocol writes errors. */
  answerError: AnswerError
  /** The limit of the body's size. */
  bodyMaxBytes?: (context: Context<ServingEnvironment>) => number
}

/**
 * Guards every route that gives a model work: authenticates, checks for room before the body is read, and finally
 * releases everything and records the outcome. One middleware rather than six, because each costs more than its work.
 */
export function guardPredictions({
  parts,
  answerError,
  bodyMaxBytes = () => predictionMaxBytes,
}: PredictionGuard): MiddlewareHandler<ServingEnvironment> {
  return writesErrors(answerError, async (context, next) => {
    context.set('answerError', answerError)
    const principal = await parts.verify(tokenOf(context.req.raw.headers))
    context.set('principal', principal)
    assertScope(principal, 'infer')
    const announced = announcedBytes(context.req)
    const bodyHold = takeRoom(context, { admission: parts.admission, announced })
    try {
      await withinLimit({ context, next, announced, maxBytes: bodyMaxBytes(context) })
    } finally {
      bodyHold.release()
      context.get('release')?.()
      context.get('leave')?.()
    }
    noteOutcome(context, { shadows: parts.shadows })
  })
}
