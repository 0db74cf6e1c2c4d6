import type { Engine } from './engine.ts'

/** A queue of one model's work, from which a free engine takes the next batch. */
export interface WorkSource {
  /** When the oldest waiting item arrived, or `undefined` where nothing waits. */
  readonly headSinceMs: number | undefined
  /** How long one engine would need for all that waits here. */
  readonly backlogMs: number
  /** Whether its model is in the engines now; it is where this is absent. Whoever changes it wakes the pool. */
  readonly isRunnable?: boolean
  /** Takes a batch now and runs it; never rejects. */
  work(engine: Engine, freeEngines: number): Promise<void>
  /** Fulfilled when nothing waits and nothing runs. */
  idle(): Promise<void>
}

/**
 * The engines that all models share. A free engine pulls: it takes from the queue that has had the least time of the
 * engines, so an idle server answers at once, load makes batches bigger by itself, and however much waits for one
 * model, another is answered meanwhile (start-time fair queueing, Goyal et al., 1996).
 */
export class EnginePool {
  readonly engines: readonly Engine[]
  readonly #free: Engine[]
  readonly #sources = new Set<WorkSource>()
  /** The time each queue has had, counted from where the others stood when it last came out of idleness. */
  readonly #servedMs = new Map<WorkSource, number>()
  #busy = new Set<WorkSource>()
  readonly #now: () => number
  #awake = false

  constructor({ engines, now = () => performance.now() }: { engines: readonly Engine[]; now?: () => number }) {
    this.#now = now
    this.engines = engines
    this.#free = [...engines]
  }

  add(source: WorkSource): void {
    this.#sources.add(source)
  }

  remove(source: WorkSource): void {
    this.#sources.delete(source)
    this.#servedMs.delete(source)
    this.#busy.delete(source)
  }

  /** Queues that share the engines, whether anything waits in them or not. */
  get sourceCount(): number {
    return this.#sources.size
  }

  /** The time until all that waits now has been started, by the measured speed of each model. */
  get backlogMs(): number {
    let total = 0
    for (const source of this.#sources) total += source.backlogMs
    return total / this.engines.length
  }

  /** The time until what waits in one queue has been started, with its fair share of the engines. */
  waitMs(source: WorkSource): number {
    let sharing = source.headSinceMs === undefined ? 1 : 0
    for (const { headSinceMs } of this.#sources) if (headSinceMs !== undefined) sharing++
    return Math.min(this.backlogMs, (source.backlogMs * sharing) / this.engines.length)
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
      const source = this.#leastServed()
      // The one that ran last still has the weights in its core's cache: a lone client waits a third less.
      const engine = source && this.#free.pop()
      if (source === undefined || engine === undefined) return
      const startedMs = this.#now()
      void source.work(engine, this.#free.length + 1).then(async () => {
        const served = this.#servedMs.get(source)
        if (served !== undefined) this.#servedMs.set(source, served + this.#now() - startedMs)
        await engine.restored()
        this.#free.push(engine)
        this.#pull()
      })
    }
  }

  #leastServed(): WorkSource | undefined {
    const waiting = [...this.#sources].filter(canRun)
    const servedMs = (source: WorkSource) => this.#servedMs.get(source) ?? 0
    const busyMs = waiting.filter((source) => this.#busy.has(source)).map(servedMs)
    // One that was idle saves nothing up: it joins where the least served of the others stands.
    const floorMs = busyMs.length === 0 ? 0 : Math.min(...busyMs)
    for (const source of waiting)
      if (!this.#busy.has(source)) this.#servedMs.set(source, Math.max(servedMs(source), floorMs))
    this.#busy = new Set(waiting)
    const [first] = waiting.toSorted((a, b) => servedMs(a) - servedMs(b) || (a.headSinceMs ?? 0) - (b.headSinceMs ?? 0))
    return first
  }
}

const canRun = ({ headSinceMs, isRunnable = true }: WorkSource): boolean => isRunnable && headSinceMs !== undefined
