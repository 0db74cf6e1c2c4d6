import { AppError, errors, messageOf } from '../../shared/errors.ts'
import { EngineDied, ModelHung } from '../engine/engine.ts'
import { isShortOfMemory } from '../engine/short-of-memory.ts'

interface FailedRun {
  /** Whether others have of the memory that it runs in. */
  sharesMemory: boolean
}

/**
 * What the runtime refuses of an input, alone in its run, is the input's fault, and so is what an engine ends over by
 * itself then. Of an engine that was ended from outside the caller is told to come again, and so it is where memory was
 * too small that others have a part of: what has all of it and still too little is too large.
 */
export function failureOf(error: unknown, { sharesMemory }: FailedRun): AppError {
  if (error instanceof AppError) return error
  const reason = messageOf(error)
  if (error instanceof ModelHung) return errors.runNeverEnded(reason, error)
  if (error instanceof EngineDied && error.isByItself) return errors.inputEndsEngine(reason, error)
  if (error instanceof EngineDied) return errors.engineDied(reason, { cause: error, backInMs: error.backInMs })
  if (sharesMemory && isShortOfMemory(error)) return errors.engineMemoryShort(reason, error)
  return errors.inferenceFailed(reason, error)
}
