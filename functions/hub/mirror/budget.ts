import type { Mirror } from './mirror.ts'
import { mirrorErrors } from './mirror-errors.ts'

/** A `HEAD` must be answered within a second, and local content must not wait for the upstream Hub. */
const urgentMs = 700
const patientMs = 20_000

/** Limits all waiting for the upstream Hub to the time of one request. */
export type Budget = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * A late answer is cached for the next request.
 * @throws AppError `upstream_slow`
 */
export function budgetOf(
  { upstream }: Pick<Mirror, 'upstream'>,
  { isUrgent, startedMs }: { isUrgent: boolean; startedMs: number },
): Budget {
  const untilMs = startedMs + (isUrgent ? urgentMs : patientMs)
  return async (work) => {
    const { promise, reject } = Promise.withResolvers<never>()
    const leftMs = Math.max(0, untilMs - performance.now())
    const timer = setTimeout(() => reject(mirrorErrors.slow(upstream.host)), leftMs)
    const answer = work()
    // It continues without a caller.
    answer.catch(() => {})
    try {
      return await Promise.race([answer, promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
