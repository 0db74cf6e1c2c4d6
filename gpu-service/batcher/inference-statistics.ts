import type { BatchObserver } from './batch-observer.ts'

/** A count and a total time. */
export interface Duration {
  count: number
  ms: number
}

const batchSizesMax = 128

/** Statistics of one model since it was loaded, in Triton's terms. */
export class InferenceStatistics {
  readonly success: Duration = { count: 0, ms: 0 }
  readonly queue: Duration = { count: 0, ms: 0 }
  readonly compute: Duration = { count: 0, ms: 0 }
  failed = 0
  lastMs = 0
  /** Runs by batch size; larger ones are counted under the largest size. */
  readonly batches = new Map<number, Duration>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Wraps an observer and counts what passes through. */
  listen(observer: BatchObserver): BatchObserver {
    return {
      ...observer,
      ran: (run) => {
        const size = Math.min(run.batchSize, batchSizesMax)
        const batch = this.batches.get(size) ?? { count: 0, ms: 0 }
        this.batches.set(size, batch)
        for (const duration of [batch, this.compute]) add(duration, run.runMs)
        observer.ran(run)
      },
      answered: (item) => {
        add(this.success, item.latencyMs)
        add(this.queue, item.queueMs)
        this.lastMs = this.#now()
        observer.answered(item)
      },
      failed: (items) => {
        this.failed += items
        observer.failed(items)
      },
    }
  }
}

function add(duration: Duration, ms: number): void {
  duration.count++
  duration.ms += ms
}
