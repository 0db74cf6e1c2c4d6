import type { Engine } from './engine.ts'
import { EngineShares } from './engine-shares.ts'
import { FreeEngines } from './free-engines.ts'
import { canRun, type WorkSource } from './work-source.ts'

export interface EnginePoolOptions {
  engines: readonly Engine[]
  /** How many runs may be staged at an engine that runs another. @default 0 */
  stagedMax?: number
  now?: () => number
}

interface EngineWork {
  source: WorkSource
  engine: Engine
  isStaged: boolean
}

/**
 * The engines that all models share. A free engine pulls: it takes from the queue that has had the least time of the
 * engines, so an idle server answers at once, load makes batches bigger by itself, and however much waits for one
 * model, another is answered meanwhile (start-time fair queueing, Goyal et al., 1996). Where runs may be staged, a full
 * one is handed over while another runs, so that a GPU does not wait for it; a smaller one could still grow.
 */
export class EnginePool {
  readonly engines: readonly Engine[]
  readonly #free: FreeEngines
  readonly #shares: EngineShares
  #awake = false

  constructor({ engines, stagedMax = 0, now = () => performance.now() }: EnginePoolOptions) {
    this.#shares = new EngineShares(now)
    this.engines = engines
    this.#free = new FreeEngines({ engines, stagedMax })
  }

  add(source: WorkSource): void {
    this.#shares.add(source)
  }

  remove(source: WorkSource): void {
    this.#shares.remove(source)
  }

  get engineCount(): number {
    return this.engines.length
  }

  /** The time until what comes after so much of a queue's work is started, with its fair share of the engines. */
  waitMs(source: WorkSource, aheadMs: number): number {
    const ownWeight = source.weight ?? 1
    let [weight, othersMs] = [ownWeight, 0]
    for (const other of this.#shares.sources) {
      if (other === source || !canRun(other)) continue
      weight += other.weight ?? 1
      othersMs += other.backlogMs
    }
    return Math.min(othersMs + aheadMs, (aheadMs * weight) / ownWeight) / this.engines.length
  }

  /** Says that work has arrived. What arrives in the same turn of the event loop joins the same batch. */
  wake(): void {
    if (this.#awake) return
    this.#awake = true
    setImmediate(() => {
      this.#awake = false
      this.#pull()
    })
  }

  /** Leaves an engine to the caller between two runs; what waits goes to the others meanwhile. */
  async lend<Answer>(engine: Engine, use: () => Promise<Answer>): Promise<Answer> {
    await this.#free.takeThis(engine)
    try {
      return await use()
    } finally {
      await this.#takeBack(engine)
    }
  }

  async idle(): Promise<void> {
    for (const source of this.#shares.sources) await source.idle()
  }

  async close(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.close()))
  }

  #pull(): void {
    while (this.#free.count > 0 || this.#free.canStage) {
      const source = this.#shares.leastServed()
      if (source === undefined) return
      const isStaged = this.#free.count === 0
      const engine = isStaged ? (source.isWorthStaging === true ? this.#free.stage() : undefined) : this.#free.take()
      if (engine === undefined) return
      void this.#run({ source, engine, isStaged })
    }
  }

  /** What is staged behind another run is charged for the engine only once it begins. */
  async #run({ source, engine, isStaged }: EngineWork): Promise<void> {
    let end = isStaged ? undefined : this.#shares.charge(source)
    await source.work(engine, this.#free.count + 1, () => {
      end ??= this.#shares.charge(source)
    })
    end?.()
    await this.#takeBack(engine)
  }

  async #takeBack(engine: Engine): Promise<void> {
    await engine.restored()
    this.#free.giveBack(engine)
    this.#pull()
  }
}
