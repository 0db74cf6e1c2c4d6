import type { Mirror } from './mirror.ts'
import { mirrorErrors } from './mirror-errors.ts'

/** A `HEAD` is answered within a second, whatever else the answer takes, and what is here is not to be held up. */
const urgentMs = 700
const patientMs = 20_000

/** Waits for what the other Hub answers, all of it together no longer than one request may take. */
export type Budget = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * What comes too late is remembered and answers who asks again.
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
    // It goes on without anybody waiting for it.
    answer.catch(() => {})
    try {
      return await Promise.race([answer, promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
