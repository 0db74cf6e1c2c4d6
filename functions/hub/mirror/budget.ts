import type { Mirror } from './mirror.ts'
import { mirrorErrors } from './mirror-errors.ts'

/** Clients give up on a `HEAD` after 10 s, and what is here already is not to be held up. */
const headBudgetMs = 900
const budgetMs = 20_000

/**
 * What the other Hub answers, if it does so in time. Whatever comes later is remembered and answers who asks again.
 * @throws AppError `upstream_slow`
 */
export async function withinBudget<Result>(
  { upstream }: Pick<Mirror, 'upstream'>,
  isUrgent: boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(mirrorErrors.slow(upstream.host)), isUrgent ? headBudgetMs : budgetMs)
  const answer = work()
  // It goes on without anybody waiting for it.
  answer.catch(() => {})
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}
