import type { Engine } from './engine.ts'
import { EngineShares } from './engine-shares.ts'
import { FreeEngines } from './free-engines.ts'
import { canRun, type WorkSource } from './work-source.ts'

interface EnginePoolOptions {
  engines: readonly Engine[]
  /** How many runs may be queued at a busy engine. @default 0 */
  stagedMax?: number
  now?: () => number
}

interface EngineWork {
  source: WorkSource
  engine: Engine
  isStaged: boolean
}

/**
 * The engines that all models share. A free engine pulls from the queue that has had the least engine time: an idle
 * server answers at once, load grows the batches by itself, and a long queue of one model does not starve another
 * (start-time fair queueing, Goyal et al., 1996). With staging, a full batch is sent to a busy engine, so that a GPU does
 * not idle between runs; a smaller batch waits, because it may still grow.
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

  /** The time until a queue's work starts that has `aheadMs` of its own queue ahead, given its fair share of the engines. */
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

  /** Call when work has arrived. Work of the same turn of the event loop joins the same batch. */
  wake(): void {
    if (this.#awake) return
    this.#awake = true
    setImmediate(() => {
      this.#awake = false
      this.#pull()
    })
  }

  /** Lends an engine to the caller between two runs; waiting work goes to the other engines. */
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

  /** A staged run is charged for engine time only from its start. */
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
