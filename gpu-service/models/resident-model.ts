import type { ItemQueue } from '../batcher/item-queue.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { FolderLock } from './folder-lock.ts'
import { type GatedModel, GatedQueue } from './gated-queue.ts'
import { InFlight } from './in-flight.ts'
import { LearnedSize } from './learned-size.ts'
import type { EngineLoad } from './load-into-engine.ts'
import { allAwake, loadIntoEngines, unloadFromEngines } from './load-into-engines.ts'
import type { LoadTimes } from './model-lease.ts'
import { ModelQueues } from './model-queues.ts'
import type { OpenedModel } from './open-model.ts'
import type { Residency } from './residency.ts'
import type { Resident } from './resident.ts'

interface ResidentModelOptions {
  modelId: string
  file: string
  opened: OpenedModel
  pool: EnginePool
  residency: Residency
  /** How long work may wait for the load. */
  loadWaitMsMax: number
  /** The private memory of the engines, if known. */
  engineBytes: () => number | undefined
  /** Restores its files if needed, and holds them until the lock is released. */
  lockFiles: (paths: readonly string[]) => Promise<FolderLock>
  /** Called when it could not be loaded for new work. */
  onFailure: (error: unknown) => void
  /** Called after each load. */
  onLoaded: (took: LoadTimes) => void
}

/** A deployed model, loaded or unloaded; its queues and tokenizer are ready either way. */
export class ResidentModel implements Resident, GatedModel {
  readonly #options: ResidentModelOptions
  readonly #queues = new ModelQueues()
  readonly #runs = new InFlight()
  readonly #size: LearnedSize
  isLoaded = false
  #idleMsMax: number | undefined
  loadMs: number | undefined
  #loading: Promise<void> | undefined
  #lock: FolderLock | undefined

  constructor(options: ResidentModelOptions) {
    const { opened, residency, engineBytes } = options
    this.#options = options
    this.#size = new LearnedSize({ fileBytes: opened.fileBytes, maxBytes: residency.maxBytes, engineBytes })
  }

  get name(): string {
    return this.#options.file
  }

  get sizeBytes(): number {
    return this.#size.bytes
  }

  get idleMsMax(): number | undefined {
    return this.#idleMsMax
  }

  /** Sets how long it stays loaded without work; `undefined` for forever. */
  stayFor(idleMsMax: number | undefined): void {
    // A model that should stay but could not return waits for a request, not for other users.
    if (idleMsMax === this.#idleMsMax) return
    this.#idleMsMax = idleMsMax
    this.#options.residency.stayChanged(this)
  }

  get isBusy(): boolean {
    return this.#runs.count > 0 || this.#queues.haveWork
  }

  get loadsInMs(): number {
    return this.#options.residency.loadsInMs(this)
  }

  /** Puts a gate before a queue. */
  gate({ deployment, queue, graph }: { deployment: string; queue: ItemQueue; graph: string }): GatedQueue {
    const { pool, loadWaitMsMax } = this.#options
    const gate = new GatedQueue({ model: this, deployment, queue, wake: () => pool.wake(), loadWaitMsMax })
    this.#queues.add({ gate, queue, graph })
    return gate
  }

  forget(gate: GatedQueue): void {
    gate.stopWaiting()
    this.#queues.remove(gate)
  }

  /** Requests its load, because work has arrived. */
  want(): void {
    // The failure is reported by `onFailure`.
    this.load().catch(() => undefined)
  }

  /** Resolves when it is loaded; concurrent calls share one load. @throws what its load throws */
  load(): Promise<void> {
    this.#loading ??= this.#requestLoad().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #requestLoad(): Promise<void> {
    const { residency, onFailure } = this.#options
    try {
      await residency.want(this)
    } catch (error) {
      onFailure(error)
      throw error
    }
  }

  /** Unloads it until it is requested again. */
  unload(): Promise<void> {
    return this.#options.residency.unload(this)
  }

  /** Records a run; the returned function ends it. */
  started(): () => void {
    const end = this.#runs.enter()
    return () => {
      end()
      this.#options.residency.touch(this)
    }
  }

  async loadIntoEngines(): Promise<void> {
    const { opened, lockFiles, onLoaded } = this.#options
    const startedMs = performance.now()
    const lock = await lockFiles(opened.paths)
    const { speed, warmUpMs } = await this.#loadIntoEngines().catch((error) => {
      lock.release()
      throw error
    })
    this.#lock = lock
    this.loadMs = performance.now() - startedMs
    this.isLoaded = true
    onLoaded({ loadMs: this.loadMs, warmUpMs })
    this.#queues.learn(speed)
    this.#queues.wake()
  }

  async #loadIntoEngines(): Promise<EngineLoad> {
    const { modelId, opened, file, pool } = this.#options
    await allAwake(pool)
    const isKnown = this.loadMs !== undefined
    const { fileBytes } = opened
    return this.#size.measure(() => loadIntoEngines({ modelId, opened: opened.opened, pool, file, fileBytes, isKnown }))
  }

  async unloadFromEngines(): Promise<void> {
    const { modelId, opened, pool } = this.#options
    this.isLoaded = false
    await this.#runs.none()
    await unloadFromEngines({ modelId, opened: opened.opened, pool })
    this.#lock?.release()
    this.#lock = undefined
  }

  unloaded(): void {
    this.#queues.wake()
  }
}
