import type { BatchObserver } from '../batcher/batch-observer.ts'
import { LatencyWindow } from './latency-window.ts'

/** Wrong input, in the words of any protocol, or a deadline that the caller may have set as close as it likes. */
const callersFault = new Set([400, 422, 424, 504])
/** An engine that ends is the fault of what runs in it, though the answer tells the caller not to send that again. */
const targetsFault = new Set(['input_ends_engine', 'run_never_ended'])
/** It waits for memory that others have, finds too little beside them, or is loaded: a target that cannot be is judged by that. */
const nobodysFault = new Set(['model_not_ready', 'engine_memory_short'])

interface Ended {
  status: number
  /** Of the error that it ended with, which the status of a protocol may not tell. */
  code: string | undefined
  latencyMs: number
  caller: string
}

/** What became of one target's work on this replica. */
export class Outcomes {
  /** Inputs, since it was loaded. */
  answered = 0
  failed = 0
  /** Requests of late, where somebody judges it by that. */
  window: LatencyWindow | undefined

  /** Looks at what was done in so many seconds from now on. */
  watch(windowSeconds: number | undefined, now: () => number): void {
    if (windowSeconds === undefined) this.window = undefined
    else if (this.window?.windowMs !== windowSeconds * 1000)
      this.window = new LatencyWindow({ windowMs: windowSeconds * 1000, now })
  }

  /** How one request ended. What the load or only a caller is to blame for says nothing of the target. */
  note({ status, code = '', latencyMs, caller }: Ended): void {
    if (status < 400) this.window?.answered(latencyMs)
    else if (targetsFault.has(code)) this.window?.failed(1)
    else if (nobodysFault.has(code)) return
    else if (callersFault.has(status)) this.window?.faulted(caller)
    else if (status >= 500) this.window?.failed(1)
  }

  /** Listens to what a batcher tells before it is passed on. */
  listen(observer: BatchObserver): BatchObserver {
    return {
      ...observer,
      answered: (item) => {
        this.answered++
        observer.answered(item)
      },
      failed: (items) => {
        this.failed += items
        observer.failed(items)
      },
    }
  }
}
