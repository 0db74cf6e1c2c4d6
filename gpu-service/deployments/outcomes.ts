import type { BatchObserver } from '../batcher/batch-observer.ts'
import { LatencyWindow } from './latency-window.ts'

/** What became of one target's work on this replica. */
export class Outcomes {
  answered = 0
  failed = 0
  /** Of late, where somebody judges it by that. */
  window: LatencyWindow | undefined

  /** Looks at what was done in so many seconds from now on. */
  watch(windowSeconds: number | undefined, now: () => number): void {
    if (windowSeconds === undefined) this.window = undefined
    else if (this.window?.windowMs !== windowSeconds * 1000)
      this.window = new LatencyWindow({ windowMs: windowSeconds * 1000, now })
  }

  /** Listens to what a batcher tells before it is passed on. */
  listen(observer: BatchObserver): BatchObserver {
    return {
      ...observer,
      answered: (item) => {
        this.answered++
        this.window?.answered(item.latencyMs)
        observer.answered(item)
      },
      failed: (items) => {
        this.failed += items
        this.window?.failed(items)
        observer.failed(items)
      },
    }
  }
}
