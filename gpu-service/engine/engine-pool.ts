import type { Engine } from './engine.ts'
import { FreeEngines } from './free-engines.ts'

/** A queue of one model's work, from which a free engine takes the next batch. */
export interface WorkSource {
  /** When the oldest waiting item arrived, or `undefined` where nothing waits. */
  readonly headSinceMs: number | undefined
  /** How long one engine would need for all that waits here. */
  readonly backlogMs: number
  /** How many shares of the engines it has; one, where it is not said. */
  readonly weight?: number
  /** Whether so much waits that a run which is cut now is as large as it may be. */
  readonly fillsRun?: boolean
  /** Whether its model is in the engines now; it is where this is absent. Whoever changes it wakes the pool. */
  readonly isRunnable?: boolean
  /** Takes a batch now and runs it; never rejects. */
  work(engine: Engine, freeEngines: number): Promise<void>
  /** Fulfilled when nothing waits and nothing runs. */
  idle(): Promise<void>
}

export interface EnginePoolOptions {
  engines: readonly Engine[]
  /** How many runs may lie ready at an engine that runs another. */
  stagedMax?: number
  now?: () => number
}

/**
 * The engines that all models share. A free engine pulls: it takes from the queue that has had the least time of the
 * engines, so an idle server answers at once, load makes batches bigger by itself, and however much waits for one
 * model, another is answered meanwhile (start-time fair queueing, Goyal et al., 1996). Where runs may lie ready, a full
 * one is handed over while another runs, so that a GPU does not wait for it; a smaller one could still grow.
 */
export class EnginePool {
  readonly engines: readonly Engine[]
  readonly #free: FreeEngines
  readonly #shares = new Map<WorkSource, Share>()
  readonly #now: () => number
  #awake = false

  constructor({ engines, stagedMax, now = () => performance.now() }: EnginePoolOptions) {
    this.#now = now
    this.engines = engines
    this.#free = new FreeEngines({ engines, ...(stagedMax !== undefined && { stagedMax }) })
  }

  add(source: WorkSource): void {
    this.#shares.set(source, { servedMs: 0, running: 0, startedMs: 0, isWaiting: false })
  }

  remove(source: WorkSource): void {
    this.#shares.delete(source)
  }

  get engineCount(): number {
    return this.engines.length
  }

  /** The time until what comes after so much of a queue's work is started, with its fair share of the engines. */
  waitMs(source: WorkSource, aheadMs: number): number {
    const ownWeight = source.weight ?? 1
    let [weight, othersMs] = [ownWeight, 0]
    for (const other of this.#shares.keys()) {
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
    for (const source of this.#shares.keys()) await source.idle()
  }

  async close(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.close()))
  }

  #pull(): void {
    while (this.#free.count > 0 || this.#free.canStage) {
      const source = this.#leastServed()
      if (source === undefined) return
      const engine = this.#free.take() ?? (source.fillsRun === true ? this.#free.stage() : undefined)
      if (engine === undefined) return
      void this.#run(source, engine)
    }
  }

  async #run(source: WorkSource, engine: Engine): Promise<void> {
    const share = this.#shares.get(source)
    const startedMs = this.#now()
    if (share !== undefined) {
      share.running++
      share.startedMs += startedMs
    }
    await source.work(engine, this.#free.count + 1)
    if (share !== undefined) {
      share.running--
      share.startedMs -= startedMs
      share.servedMs += this.#now() - startedMs
    }
    await this.#takeBack(engine)
  }

  async #takeBack(engine: Engine): Promise<void> {
    await engine.restored()
    this.#free.giveBack(engine)
    this.#pull()
  }

  #leastServed(): WorkSource | undefined {
    const nowMs = this.#now()
    let floorMs = Number.POSITIVE_INFINITY
    for (const [source, share] of this.#shares)
      if (share.isWaiting && canRun(source)) floorMs = Math.min(floorMs, hadMs(source, share, nowMs))
    let least: Candidate | undefined
    for (const [source, share] of this.#shares) {
      const isWaiting = canRun(source)
      // One that was idle saves nothing up: it joins where the least served of the others stands.
      if (isWaiting && !share.isWaiting && floorMs < Number.POSITIVE_INFINITY)
        share.servedMs += Math.max(0, floorMs - hadMs(source, share, nowMs)) * (source.weight ?? 1)
      share.isWaiting = isWaiting
      if (!isWaiting) continue
      const candidate = { source, had: hadMs(source, share, nowMs), running: share.running }
      if (least === undefined || goesBefore(candidate, least)) least = candidate
    }
    return least?.source
  }
}

/** What a queue has had of the engines, counted from where the others stood when it last came out of idleness. */
interface Share {
  servedMs: number
  /** Engines that work for it now, and the sum of the moments at which they began. */
  running: number
  startedMs: number
  isWaiting: boolean
}

/** By its weight, with the runs that are not over yet. */
const hadMs = ({ weight = 1 }: WorkSource, { servedMs, running, startedMs }: Share, nowMs: number): number =>
  (servedMs + running * nowMs - startedMs) / weight

interface Candidate {
  source: WorkSource
  had: number
  running: number
}

const goesBefore = (one: Candidate, other: Candidate): boolean =>
  (one.had - other.had ||
    one.running - other.running ||
    (one.source.headSinceMs ?? 0) - (other.source.headSinceMs ?? 0)) < 0

const canRun = ({ headSinceMs, isRunnable = true }: WorkSource): boolean => isRunnable && headSinceMs !== undefined
