import { type AppError, errors } from '../../shared/errors.ts'

/**
 * What a caller is told who would wait too long: to come back when what waits now is worked off. Under overload most of
 * a refusal's cost would be its stack trace, so one error stands for many.
 */
export function createRefusal(): (backlogMs: number) => AppError {
  let last: AppError | undefined
  return (backlogMs) => {
    const seconds = Math.max(0.1, Math.round(backlogMs / 100) / 10)
    if (last?.retryAfterSeconds !== seconds) last = errors.overloaded(seconds)
    return last
  }
}
