import { chooseVictim } from './choose-victim.ts'
import type { LoadQueue } from './load-queue.ts'
import type { Stays } from './stays.ts'

interface EvictorOptions {
  stays: Stays
  loads: LoadQueue
  /** How long a model may wait for its turn, if loads are shorter. */
  waitMsMax: number
  now: () => number
  /** Called when room may have become available. */
  again: () => void
}

/** Evicts models to make room for others: one at a time, and only after its turn. */
export class Evictor {
  readonly #options: EvictorOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: EvictorOptions) {
    this.#options = options
  }

  /** Evicts a model if one may go, or tries again when one may. */
  makeRoom(): void {
    const { stays, loads, waitMsMax, now, again } = this.#options
    const nowMs = now()
    const candidates = stays.loaded
    const turnMsMax = loads.turnMsFor({ held: candidates.length, waitMsMax })
    const { victim, nextMs } = chooseVictim({ candidates, nowMs, turnMsMax })
    if (victim !== undefined) {
      stays.evict(victim, 'memory')
      again()
    } else if (nextMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(again, Math.max(1, nextMs - nowMs))
    }
  }

  /** Cancels the retry, because the next step decides anew. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
