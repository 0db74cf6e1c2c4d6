import { type AppError, errors } from '../../shared/errors.ts'

/**
 * Makes the 429 error with the time to drain the queue as Retry-After. The error is reused, because under overload its
 * stack trace would be most of the cost of a refusal.
 */
export function createRefusal(): (backlogMs: number) => AppError {
  let last: AppError | undefined
  return (backlogMs) => {
    const seconds = Math.max(0.1, Math.round(backlogMs / 100) / 10)
    if (last?.retryAfterSeconds !== seconds) last = errors.overloaded(seconds)
    return last
  }
}
