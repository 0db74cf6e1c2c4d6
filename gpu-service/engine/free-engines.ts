import type { Engine } from './engine.ts'

interface FreeEnginesOptions {
  engines: readonly Engine[]
  /** How many runs may be queued at a busy engine. */
  stagedMax: number
}

/** Tracks which engines are free, which can take a staged run, and who waits for a particular one. */
export class FreeEngines {
  readonly #stagedMax: number
  readonly #idle: Engine[]
  /** The number of runs at each busy engine. */
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

  /** The engine that ran last, whose weights are still in its core's cache: a lone client waits a third less. */
  take(): Engine | undefined {
    const engine = this.#idle.pop()
    if (engine !== undefined) this.#given.set(engine, 1)
    return engine
  }

  /** Whether `stage` would return an engine. */
  get canStage(): boolean {
    return this.#stagedMax > 0 && this.#roomy() !== undefined
  }

  /** A busy engine with room for a staged run. */
  stage(): Engine | undefined {
    const engine = this.#roomy()
    if (engine !== undefined) this.#given.set(engine, (this.#given.get(engine) ?? 0) + 1)
    return engine
  }

  /** Resolves when the caller has this engine to itself. */
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
    // Neither idle nor given until the caller's promise resolves, so that nobody else gets it meanwhile.
    if (next === undefined) this.#idle.push(engine)
    else next()
  }

  #roomy(): Engine | undefined {
    for (const [engine, given] of this.#given) {
      const isWaitedFor = (this.#waiting.get(engine)?.length ?? 0) > 0
      if (given <= this.#stagedMax && !isWaitedFor && !this.#lent.has(engine)) return engine
    }
    return undefined
  }
}
