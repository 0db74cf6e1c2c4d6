import type { Engine } from './engine.ts'

export interface FreeEnginesOptions {
  engines: readonly Engine[]
  /** How many runs may be staged at an engine that runs another. */
  stagedMax: number
}

/** The engines that nobody uses now, those that have room for one more run, and who waits for a certain one. */
export class FreeEngines {
  readonly #stagedMax: number
  readonly #idle: Engine[]
  /** How many runs each of the others has been given. */
  readonly #given = new Map<Engine, number>()
  readonly #waiting = new Map<Engine, (() => void)[]>()
  readonly #lent = new Set<Engine>()

  constructor({ engines, stagedMax }: FreeEnginesOptions) {
    this.#idle = [...engines]
    this.#stagedMax = stagedMax
  }

  get count(): number {
    return this.#idle.length
  }

  /** The one that ran last still has the weights in its core's cache: a lone client waits a third less. */
  take(): Engine | undefined {
    const engine = this.#idle.pop()
    if (engine !== undefined) this.#given.set(engine, 1)
    return engine
  }

  /** Whether there is one that `stage` would give. */
  get canStage(): boolean {
    return this.#stagedMax > 0 && this.#roomy() !== undefined
  }

  /** One that runs, and has room for another to be staged behind it. */
  stage(): Engine | undefined {
    const engine = this.#roomy()
    if (engine !== undefined) this.#given.set(engine, (this.#given.get(engine) ?? 0) + 1)
    return engine
  }

  /** Fulfilled when this one is the caller's, and nobody else's. */
  async takeThis(engine: Engine): Promise<void> {
    const at = this.#idle.indexOf(engine)
    if (at >= 0) this.#idle.splice(at, 1)
    else {
      const waiting = this.#waiting.get(engine) ?? []
      this.#waiting.set(engine, waiting)
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    this.#given.set(engine, 1)
    this.#lent.add(engine)
  }

  giveBack(engine: Engine): void {
    this.#lent.delete(engine)
    const left = (this.#given.get(engine) ?? 1) - 1
    this.#given.set(engine, left)
    if (left > 0) return
    this.#given.delete(engine)
    const next = this.#waiting.get(engine)?.shift()
    if (next === undefined) this.#idle.push(engine)
    else {
      // Nothing may get in between before the caller goes on.
      this.#lent.add(engine)
      next()
    }
  }

  #roomy(): Engine | undefined {
    for (const [engine, given] of this.#given) {
      const isWaitedFor = (this.#waiting.get(engine)?.length ?? 0) > 0
      if (given <= this.#stagedMax && !isWaitedFor && !this.#lent.has(engine)) return engine
    }
    return undefined
  }
}
