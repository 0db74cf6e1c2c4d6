import { type BatchLimits, type CutInput, cutBatch } from './cut-batch.ts'
import { cutRuns, runsTogetherMax } from './cut-runs.ts'
import type { Job } from './job.ts'
import type { Waiting } from './waiting.ts'

interface TakeNext<Input, Output> extends Pick<CutInput<unknown>, 'limits' | 'freeEngines' | 'predictMs'> {
  waiting: Waiting<Input, Output>
  nowMs: number
}

/** Takes the next batch out of the queue, or several batches of one if every input is a run of its own. */
export function takeNext<Input, Output>({ waiting, limits, nowMs, ...engines }: TakeNext<Input, Output>) {
  const window = waiting.window(windowOf(limits), nowMs)
  // Jobs that arrived before the speed was known are missing from the sum.
  const waitingMs = window[0]?.aloneMs === 0 ? Number.POSITIVE_INFINITY : waiting.waitMs
  const about = { window, waiting: waiting.size, waitingMs, ...engines }
  const batches: Job<Input, Output>[][] =
    limits.itemsMax === 1 ? cutRuns(about).map((job) => [job]) : [cutBatch({ limits, ...about })]
  for (const job of batches.flat()) {
    waiting.take(job)
    job.state = 'taken'
  }
  return batches.filter(({ length }) => length > 0)
}

/** How many of the oldest entries a batch is chosen from: enough to fill it with similar ones. */
export const windowOf = ({ itemsMax }: BatchLimits): number =>
  itemsMax === 1 ? runsTogetherMax : Math.max(512, itemsMax)
