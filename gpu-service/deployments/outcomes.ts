import type { BatchObserver } from '../batcher/batch-observer.ts'
import { LatencyWindow } from './latency-window.ts'

/** Invalid input, in any protocol's status, or a deadline that the caller set too short. */
const callerFaultStatuses = new Set([400, 422, 424, 504])
/** A dead engine is the target's fault, although the answer tells the caller not to retry. */
const targetFaultCodes = new Set(['input_ends_engine', 'run_never_ended'])
/** Waiting for, or lacking, memory that others use, or loading; a target that cannot be loaded is judged by that. */
const neutralCodes = new Set(['model_not_ready', 'engine_memory_short'])

interface Ended {
  status: number
  /** The error's code, because a protocol's status may be ambiguous. */
  code: string | undefined
  latencyMs: number
  caller: string
}

/** The outcomes of one target on this replica. */
export class Outcomes {
  /** The number of inputs since the slot was created. */
  answered = 0
  failed = 0
  /** The recent requests, if the target is judged as a canary. */
  window: LatencyWindow | undefined

  /** Keeps outcomes of that many seconds from now on. */
  watch(windowSeconds: number | undefined, now: () => number): void {
    if (windowSeconds === undefined) this.window = undefined
    else if (this.window?.windowMs !== windowSeconds * 1000)
      this.window = new LatencyWindow({ windowMs: windowSeconds * 1000, now })
  }

  /** Records a finished request. Overload and callers' mistakes do not count against the target. */
  note({ status, code = '', latencyMs, caller }: Ended): void {
    if (status < 400) this.window?.answered(latencyMs)
    else if (targetFaultCodes.has(code)) this.window?.failed(1)
    else if (neutralCodes.has(code)) return
    else if (callerFaultStatuses.has(status)) this.window?.faulted(caller)
    else if (status >= 500) this.window?.failed(1)
  }

  /** Observes a batcher before passing its events on. */
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
