import type { Engine } from './engine.ts'

/** A queue of one model's work, from which a free engine takes the next batch. */
export interface WorkSource {
  /** When the oldest waiting item arrived, or `undefined` where nothing waits. */
  readonly headSinceMs: number | undefined
  /** How long one engine would need for all that waits here. */
  readonly backlogMs: number
  /** Takes a batch now and runs it; never rejects. */
  work(engine: Engine, freeEngines: number): Promise<void>
  /** Fulfilled when nothing waits and nothing runs. */
  idle(): Promise<void>
}

/**
 * The engines that all models share. A free engine pulls: it takes from the queue whose head has waited longest, so an
 * idle server answers at once, load makes batches bigger by itself, and no model starves another.
 */
export class EnginePool {
  readonly engines: readonly Engine[]
  readonly #free: Engine[]
  readonly #sources = new Set<WorkSource>()
  #awake = false

  constructor({ engines }: { engines: readonly Engine[] }) {
    this.engines = engines
    this.#free = [...engines]
  }

  add(source: WorkSource): void {
    this.#sources.add(source)
  }

  remove(source: WorkSource): void {
    this.#sources.delete(source)
  }

  /** The time until all that waits now has been started, by the measured speed of each model. */
  get backlogMs(): number {
    let total = 0
    for (const source of this.#sources) total += source.backlogMs
    return total / this.engines.length
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

  async idle(): Promise<void> {
    for (const source of this.#sources) await source.idle()
  }

  async close(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.close()))
  }

  #pull(): void {
    while (this.#free.length > 0) {
      const source = this.#longestWaiting()
      // The one that ran last still has the weights in its core's cache: a lone client waits a third less.
      const engine = source && this.#free.pop()
      if (source === undefined || engine === undefined) return
      void source.work(engine, this.#free.length + 1).then(async () => {
        await engine.restored()
        this.#free.push(engine)
        this.#pull()
      })
    }
  }

  #longestWaiting(): WorkSource | undefined {
    let first: WorkSource | undefined
    for (const source of this.#sources)
      if (source.headSinceMs !== undefined && source.headSinceMs < (first?.headSinceMs ?? Number.POSITIVE_INFINITY))
        first = source
    return first
  }
}
