import { chooseVictim } from './choose-victim.ts'
import type { Stays } from './stays.ts'
import type { Wishes } from './wishes.ts'

export interface RoomMakerOptions {
  stays: Stays
  wishes: Wishes
  /** How long a model may wait for its turn, where its loads take no longer. */
  waitMsMax: number
  now: () => number
  /** Called when there may be room to be made that could not be made before. */
  again: () => void
}

/** Sends models away for others: one at a time, and none before its turn is over. */
export class RoomMaker {
  readonly #options: RoomMakerOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: RoomMakerOptions) {
    this.#options = options
  }

  /** Has one leave, where one may, else tries again when one may. */
  make(): void {
    const { stays, wishes, waitMsMax, now, again } = this.#options
    const nowMs = now()
    const places = stays.present
    const turnMsMax = wishes.turnMsFor({ held: places.length, waitMsMax })
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
