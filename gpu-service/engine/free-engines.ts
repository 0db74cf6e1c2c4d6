import type { Engine } from './engine.ts'

/** The engines that nobody uses now, and who waits for a certain one of them. */
export class FreeEngines {
  readonly #free: Engine[]
  readonly #waiting = new Map<Engine, (() => void)[]>()

  constructor(engines: readonly Engine[]) {
    this.#free = [...engines]
  }

  get count(): number {
    return this.#free.length
  }

  /** The one that ran last still has the weights in its core's cache: a lone client waits a third less. */
  take(): Engine | undefined {
    return this.#free.pop()
  }

  /** Fulfilled when this one is the caller's. */
  async takeThis(engine: Engine): Promise<void> {
    const at = this.#free.indexOf(engine)
    if (at >= 0) {
      this.#free.splice(at, 1)
      return
    }
    const waiting = this.#waiting.get(engine) ?? []
    this.#waiting.set(engine, waiting)
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  giveBack(engine: Engine): void {
    const next = this.#waiting.get(engine)?.shift()
    if (next === undefined) this.#free.push(engine)
    else next()
  }
}
