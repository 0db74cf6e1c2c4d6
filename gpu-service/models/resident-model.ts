import type { Metrics } from '../../shared/metrics.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import { enterEngines, leaveEngines, type MeasuredRun } from './engine-copies.ts'
import { GatedQueue, type Gatekeeper } from './gated-queue.ts'
import type { OpenedModel } from './open-model.ts'
import type { Residency, Resident } from './residency.ts'

export interface ResidentModelOptions {
  modelId: string
  /** For messages and metrics: the deployment that asked for it first. */
  deployment: string
  file: string
  opened: OpenedModel
  pool: EnginePool
  residency: Residency
  metrics: Metrics
  /** How long work may wait for it to be loaded. */
  loadWaitMsMax: number
  /** What the engines hold in memory of their own now, where that can be told. */
  engineBytes: () => number | undefined
  /** Makes sure that its files are still what they were. */
  checkFiles: () => Promise<void>
  /** Told that it could not be loaded when work asked for it. */
  onFailure: (error: unknown) => void
}

interface Queue {
  gate: GatedQueue
  queue: ItemQueue
  graph: string
}

/** A model that is deployed: in the engines, or out of them with its queues and its tokenizer ready. */
export class ResidentModel implements Resident, Gatekeeper {
  readonly #options: ResidentModelOptions
  readonly #queues = new Set<Queue>()
  isIn = false
  sizeBytes: number
  idleMsMax: number | undefined
  #loadMs: number | undefined
  #speed: MeasuredRun[] = []
  #running = 0
  #whenStill: (() => void)[] = []
  #isWanted = false
  #isMeasured = false

  constructor(options: ResidentModelOptions) {
    this.#options = options
    this.sizeBytes = options.opened.fileBytes * options.pool.engines.length
  }

  get name(): string {
    return this.#options.deployment
  }

  get isBusy(): boolean {
    return this.#running > 0 || this.#queues.values().some(({ gate }) => gate.headSinceMs !== undefined)
  }

  get comesInMs(): number {
    return this.#options.residency.comesInMs(this)
  }

  get loadMs(): number | undefined {
    return this.#loadMs
  }

  /** Puts the gate before a queue of its work. */
  gate({ queue, graph }: { queue: ItemQueue; graph: string }): GatedQueue {
    const { pool, loadWaitMsMax } = this.#options
    const gate = new GatedQueue({ model: this, queue, wake: () => pool.wake(), loadWaitMsMax })
    this.#queues.add({ gate, queue, graph })
    this.#teach(queue, graph)
    return gate
  }

  forget(gate: GatedQueue): void {
    for (const entry of this.#queues) if (entry.gate === gate) this.#queues.delete(entry)
  }

  /** Asks for it to be loaded because work for it has come. */
  want(): void {
    if (this.#isWanted) return
    this.#isWanted = true
    const { residency, onFailure } = this.#options
    residency
      .want(this)
      .catch(onFailure)
      .finally(() => {
        this.#isWanted = false
      })
  }

  started(): void {
    this.#running++
  }

  ended(): void {
    this.#running--
    if (this.#running === 0) for (const resolve of this.#whenStill.splice(0)) resolve()
    this.#options.residency.touch(this)
  }

  async enter(): Promise<void> {
    const { modelId, opened, file, pool, metrics, deployment, checkFiles, engineBytes } = this.#options
    const startedMs = performance.now()
    await checkFiles()
    const bytesBefore = engineBytes()
    const { speed, warmUpMs } = await enterEngines({ modelId, opened: opened.opened, pool, file })
    this.#learnSize(bytesBefore)
    this.#loadMs = performance.now() - startedMs
    metrics.modelLoading.observe({ deployment }, this.#loadMs / 1000)
    metrics.modelWarmup.observe({ deployment }, warmUpMs / 1000)
    this.#speed = speed
    this.isIn = true
    for (const { queue, graph, gate } of this.#queues) {
      this.#teach(queue, graph)
      gate.wake()
    }
  }

  async leave(): Promise<void> {
    const { modelId, opened, pool } = this.#options
    this.isIn = false
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenStill.push(resolve))
    await leaveEngines({ modelId, opened: opened.opened, pool })
  }

  left(): void {
    for (const { gate } of this.#queues) gate.wake()
  }

  /** The weights once, which the engines map from one file, and what each took beside them; the most ever seen. */
  #learnSize(bytesBefore: number | undefined): void {
    const bytesAfter = this.#options.engineBytes()
    if (bytesBefore === undefined || bytesAfter === undefined) return
    const measured = this.#options.opened.fileBytes + Math.max(0, bytesAfter - bytesBefore)
    this.sizeBytes = this.#isMeasured ? Math.max(this.sizeBytes, measured) : measured
    this.#isMeasured = true
  }

  #teach(queue: ItemQueue, graph: string): void {
    for (const run of this.#speed) if (run.graph === graph) queue.learn(run)
  }
}
