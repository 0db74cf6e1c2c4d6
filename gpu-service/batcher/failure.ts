import { AppError, errors, messageOf } from '../../shared/errors.ts'
import { EngineDied } from '../engine/engine.ts'

/** An engine that died is our fault; what the runtime refuses of an input, alone in its run, is the input's. */
export function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof EngineDied) return errors.engineDied(messageOf(error), error)
  return errors.inferenceFailed(messageOf(error), error)
}
