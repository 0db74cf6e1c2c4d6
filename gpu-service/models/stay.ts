import type { Occupant } from './choose-victim.ts'
import { isKept } from './kept-models.ts'
import type { Resident } from './resident.ts'
import { turnMsAfter } from './turns.ts'

interface StayOptions {
  model: Resident
  now: () => number
  /** Called after it was idle for its whole idle time. */
  onIdle: (stay: Stay) => void
}

/** One stay of a model in the engines, from load to unload. */
export class Stay implements Occupant {
  readonly model: Resident
  readonly #options: StayOptions
  state: 'coming' | 'in' | 'leaving' = 'coming'
  /** Resolves when it is loaded or unloaded, after the callbacks for that. */
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

  /** @throws the error of the load */
  async come(): Promise<void> {
    const { now } = this.#options
    const startedMs = now()
    await this.model.enter()
    this.state = 'in'
    this.sinceMs = now()
    this.turnMs = turnMsAfter(this.sinceMs - startedMs)
    this.touch()
  }

  /** Records that it was loaded or has worked. */
  touch(): void {
    this.usedMs = this.#options.now()
    this.waitForIdleness()
  }

  /** Restarts its idle time. */
  waitForIdleness(): void {
    clearTimeout(this.#idleTimer)
    const { idleMsMax } = this.model
    if (idleMsMax === undefined) return
    const tellIfIdle = () => {
      if (this.state !== 'in') return
      // A caller may leave before a run, whose end would restart the idle time.
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
