import { chooseVictim } from './choose-victim.ts'
import type { LoadQueue } from './load-queue.ts'
import type { LoadedModels } from './loaded-models.ts'

interface EvictorOptions {
  loadedModels: LoadedModels
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
    const { loadedModels, loads, waitMsMax, now, again } = this.#options
    const nowMs = now()
    const candidates = loadedModels.ready
    const turnMsMax = loads.turnMsFor({ held: candidates.length, waitMsMax })
    const { victim, nextMs } = chooseVictim({ candidates, nowMs, turnMsMax })
    if (victim !== undefined) {
      loadedModels.evict(victim, 'memory')
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
