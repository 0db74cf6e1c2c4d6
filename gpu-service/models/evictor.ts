import { chooseVictim } from './choose-victim.ts'
import type { LoadQueue } from './load-queue.ts'
import type { Stays } from './stays.ts'

interface EvictorOptions {
  stays: Stays
  loads: LoadQueue
  /** How long a model may wait for its turn, where its loads take no longer. */
  waitMsMax: number
  now: () => number
  /** Called when there may be room to be made that could not be made before. */
  again: () => void
}

/** Evicts models to make room for others: one at a time, and none before its turn is over. */
export class Evictor {
  readonly #options: EvictorOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: EvictorOptions) {
    this.#options = options
  }

  /** Evicts one where one may leave, else tries again when one may. */
  makeRoom(): void {
    const { stays, loads, waitMsMax, now, again } = this.#options
    const nowMs = now()
    const places = stays.present
    const turnMsMax = loads.turnMsFor({ held: places.length, waitMsMax })
    const { victim, nextMs } = chooseVictim({ places, nowMs, turnMsMax })
    if (victim !== undefined) {
      stays.evict(victim, 'memory')
      again()
    } else if (nextMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(again, Math.max(1, nextMs - nowMs))
    }
  }

  /** Does not try again: what comes next is decided anew. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
