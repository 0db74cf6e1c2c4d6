import { AppError } from '../../shared/errors.ts'
import { EngineDied } from '../engine/engine.ts'

export interface SplittingRun<Job, Output> {
  jobs: readonly Job[]
  run(jobs: readonly Job[]): Promise<readonly Output[]>
  /** Whether anybody still waits for it. */
  isWanted(job: Job): boolean
  answer(jobs: readonly Job[], outputs: readonly Output[]): void
  fail(job: Job, error: unknown): void
  /** Called for each part that failed for what may be its inputs; one of several jobs is retried in halves. */
  failed(jobs: readonly Job[], error: unknown): void
  /** Called when the engine died with these jobs. */
  lost(jobs: readonly Job[], error: EngineDied): void
}

/**
 * Runs a batch and retries a failed one in halves, recursively: one bad member among n is isolated in 2 log n runs and
 * fails alone. A batch that fails for a reason other than its inputs fails as a whole.
 */
export async function runSplitting<Job, Output>(asked: SplittingRun<Job, Output>): Promise<void> {
  const { jobs, run, isWanted, answer, fail, failed, lost } = asked
  try {
    answer(jobs, await run(jobs))
  } catch (error) {
    if (error instanceof EngineDied) return lost(jobs, error)
    const isOurFault = error instanceof AppError && error.status >= 500
    if (!isOurFault) failed(jobs, error)
    if (jobs.length === 1 || isOurFault) {
      for (const job of jobs) fail(job, error)
      return
    }
    const middle = Math.ceil(jobs.length / 2)
    for (const half of [jobs.slice(0, middle), jobs.slice(middle)]) {
      const wanted = half.filter(isWanted)
      if (wanted.length > 0) await runSplitting({ ...asked, jobs: wanted })
    }
  }
}
