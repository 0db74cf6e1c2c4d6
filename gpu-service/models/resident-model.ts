import type { Metrics } from '../../shared/metrics.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import { allAwake, type Entered, enterEngines, leaveEngines, type MeasuredRun } from './engine-copies.ts'
import type { FolderLock } from './folder-lock.ts'
import { GatedQueue, type Gatekeeper } from './gated-queue.ts'
import type { OpenedModel } from './open-model.ts'
import type { Residency, Resident } from './residency.ts'

export interface ResidentModelOptions {
  modelId: string
  /** For metrics: the deployment that asked for it first. Others share the model, who are not to be told its name. */
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
  /** Makes sure that its files are what they were, and keeps them until that is given back. */
  holdFiles: (paths: readonly string[]) => Promise<FolderLock>
  /** Told that it could not be loaded when work asked for it. */
  onFailure: (error: unknown) => void
  /** Told whenever it has come into the engines. */
  onEntered: () => void
}

interface Queue {
  gate: GatedQueue
  queue: ItemQueue
  graph: string
}

const measurementsMax = 8

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
  #lock: FolderLock | undefined
  readonly #grownBytes: number[] = []

  constructor(options: ResidentModelOptions) {
    this.#options = options
    this.sizeBytes = options.opened.fileBytes
  }

  get name(): string {
    return this.#options.file
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
  gate({ deployment, queue, graph }: { deployment: string; queue: ItemQueue; graph: string }): GatedQueue {
    const { pool, loadWaitMsMax } = this.#options
    const gate = new GatedQueue({ model: this, deployment, queue, wake: () => pool.wake(), loadWaitMsMax })
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
    const { opened, holdFiles, metrics, deployment, onEntered } = this.#options
    const startedMs = performance.now()
    const lock = await holdFiles(opened.paths)
    const { speed, warmUpMs } = await this.#load().catch((error) => {
      lock.release()
      throw error
    })
    this.#lock = lock
    this.#loadMs = performance.now() - startedMs
    metrics.modelLoading.observe({ deployment }, this.#loadMs / 1000)
    metrics.modelWarmup.observe({ deployment }, warmUpMs / 1000)
    if (speed.length > 0) this.#speed = speed
    this.isIn = true
    onEntered()
    for (const { queue, graph, gate } of this.#queues) {
      if (speed.length > 0) this.#teach(queue, graph)
      gate.wake()
    }
  }

  async #load(): Promise<Entered> {
    const { modelId, opened, file, pool, engineBytes } = this.#options
    await allAwake(pool)
    const bytesBefore = engineBytes()
    const isKnown = this.#loadMs !== undefined
    const { fileBytes } = opened
    const entered = await enterEngines({ modelId, opened: opened.opened, pool, file, fileBytes, isKnown })
    this.#learnSize(bytesBefore)
    return entered
  }

  async leave(): Promise<void> {
    const { modelId, opened, pool } = this.#options
    this.isIn = false
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenStill.push(resolve))
    await leaveEngines({ modelId, opened: opened.opened, pool })
    this.#lock?.release()
    this.#lock = undefined
  }

  left(): void {
    for (const { gate } of this.#queues) gate.wake()
  }

  /** The weights once, which the engines map from one file, and what they took beside them, on average of all loads. */
  #learnSize(bytesBefore: number | undefined): void {
    const { engineBytes, opened, residency } = this.#options
    const bytesAfter = engineBytes()
    if (bytesBefore === undefined || bytesAfter === undefined) return
    // Other models run meanwhile, so one measurement may be far off.
    this.#grownBytes.push(Math.max(0, bytesAfter - bytesBefore))
    if (this.#grownBytes.length > measurementsMax) this.#grownBytes.shift()
    const grown = this.#grownBytes.reduce((total, one) => total + one, 0) / this.#grownBytes.length
    this.sizeBytes = Math.min(opened.fileBytes + Math.round(grown), residency.maxBytes)
  }

  #teach(queue: ItemQueue, graph: string): void {
    for (const run of this.#speed) if (run.graph === graph) queue.learn(run)
  }
}
