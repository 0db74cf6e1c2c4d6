import type { EvictionCandidate } from './choose-victim.ts'
import { isKept } from './kept-models.ts'
import type { Resident } from './resident.ts'
import { turnMsAfter } from './turn-length.ts'

interface LoadedModelOptions {
  model: Resident
  now: () => number
  /** Called after it was idle for its whole idle time. */
  onIdle: (loaded: LoadedModel) => void
}

/** A model in the engines, from its load to its unload. */
export class LoadedModel implements EvictionCandidate {
  readonly model: Resident
  readonly #options: LoadedModelOptions
  state: 'loading' | 'loaded' | 'unloading' = 'loading'
  /** Resolves when it is loaded or unloaded, after the callbacks for that. */
  settled: Promise<void> = Promise.resolve()
  sinceMs = 0
  usedMs = 0
  turnMs = 0
  #idleTimer: NodeJS.Timeout | undefined

  constructor(options: LoadedModelOptions) {
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
  async load(): Promise<void> {
    const { now } = this.#options
    const startedMs = now()
    await this.model.loadIntoEngines()
    this.state = 'loaded'
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
      if (this.state !== 'loaded') return
      // A caller may leave before a run, whose end would restart the idle time.
      if (this.isBusy) this.waitForIdleness()
      else this.#options.onIdle(this)
    }
    this.#idleTimer = setTimeout(tellIfIdle, idleMsMax).unref()
  }

  unload(): Promise<void> {
    clearTimeout(this.#idleTimer)
    this.state = 'unloading'
    return this.model.unloadFromEngines()
  }
}
