import type { Occupant } from './choose-victim.ts'
import { isKept } from './kept-models.ts'
import type { Resident } from './resident.ts'
import { turnMsAfter } from './turns.ts'

interface StayOptions {
  model: Resident
  now: () => number
  /** Told that it had no work for as long as it stays without. */
  onIdle: (stay: Stay) => void
}

/** One stay of a model in the engines, from its coming to its leaving. */
export class Stay implements Occupant {
  readonly model: Resident
  readonly #options: StayOptions
  state: 'coming' | 'in' | 'leaving' = 'coming'
  /** Fulfilled when it has come, or has left, and what waited for that was told. */
  settled: Promise<void> = Promise.resolve()
  sinceMs = 0
  usedMs = 0
  turnMs = 0
  #idleTimer: NodeJS.Timeout | undefined

  constructor(options: StayOptions) {
    this.model = options.model
    this.#options = options
  }

  get isBusy(): boolean {
    return this.model.isBusy
  }

  get isKept(): boolean {
    return isKept(this.model)
  }

  /** @throws what the load throws */
  async come(): Promise<void> {
    const { now } = this.#options
    const startedMs = now()
    await this.model.enter()
    this.state = 'in'
    this.sinceMs = now()
    this.turnMs = turnMsAfter(this.sinceMs - startedMs)
    this.touch()
  }

  /** Says that it has done some of its work, or has just come. */
  touch(): void {
    this.usedMs = this.#options.now()
    this.waitForIdleness()
  }

  /** Begins its time without work anew, as long as it is to be now. */
  waitForIdleness(): void {
    clearTimeout(this.#idleTimer)
    const { idleMsMax } = this.model
    if (idleMsMax === undefined) return
    const tellIfIdle = () => {
      if (this.state !== 'in') return
      // Who asked may go away before a run, whose end would begin the time anew.
      if (this.isBusy) this.waitForIdleness()
      else this.#options.onIdle(this)
    }
    this.#idleTimer = setTimeout(tellIfIdle, idleMsMax).unref()
  }

  leave(): Promise<void> {
    clearTimeout(this.#idleTimer)
    this.state = 'leaving'
    return this.model.leave()
  }
}
