import { AppError, errors, messageOf } from '../../shared/errors.ts'
import { EngineDied, ModelHung } from '../engine/engine.ts'

/**
 * What the runtime refuses of an input, alone in its run, is the input's fault, and so is what an engine ends over by
 * itself then. Of an engine that was ended from outside the caller is told to come again.
 */
export function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  const reason = messageOf(error)
  if (error instanceof ModelHung) return errors.runNeverEnded(reason, error)
  if (error instanceof EngineDied && error.isByItself) return errors.inputEndsEngine(reason, error)
  if (error instanceof EngineDied) return errors.engineDied(reason, { cause: error, backInMs: error.backInMs })
  return errors.inferenceFailed(messageOf(error), error)
}
