import { AppError, errors, messageOf } from '../../shared/errors.ts'
import { EngineDied, ModelHung } from '../engine/engine.ts'
import { isShortOfMemory } from '../engine/short-of-memory.ts'

interface FailedRun {
  /** Whether other models use the same device memory. */
  sharesMemory: boolean
}

/**
 * The error for a job that failed alone in its run. An error or a crash of the runtime is the input's fault. If the
 * engine was killed from outside, or memory that other models share ran out, the caller may retry; an input that does not
 * fit into memory of its own is too large.
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
