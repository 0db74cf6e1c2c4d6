import type { ItemQueue } from '../batcher/item-queue.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import { allAwake, enterEngines, leaveEngines } from './engine-copies.ts'
import type { Entered } from './enter-engine.ts'
import type { FolderLock } from './folder-lock.ts'
import { GatedQueue, type Gatekeeper } from './gated-queue.ts'
import { InFlight } from './in-flight.ts'
import { LearnedSize } from './learned-size.ts'
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
  /** How long work may wait for it to be loaded. */
  loadWaitMsMax: number
  /** What the engines hold in memory of their own now, where that can be told. */
  engineBytes: () => number | undefined
  /** Makes sure that its files are what they were, and keeps them until that is given back. */
  holdFiles: (paths: readonly string[]) => Promise<FolderLock>
  /** Told that it could not be loaded when work asked for it. */
  onFailure: (error: unknown) => void
  /** Told whenever it has come into the engines. */
  onEntered: (took: LoadTimes) => void
}

/** A model that is deployed: in the engines, or out of them with its queues and its tokenizer ready. */
export class ResidentModel implements Resident, Gatekeeper {
  readonly #options: ResidentModelOptions
  readonly #queues = new ModelQueues()
  readonly #runs = new InFlight()
  readonly #size: LearnedSize
  isIn = false
  #idleMsMax: number | undefined
  loadMs: number | undefined
  #coming: Promise<void> | undefined
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

  /** Sets how long it stays without work; for ever where that is undefined. */
  stayFor(idleMsMax: number | undefined): void {
    // One that is kept and could not come back waits for being asked, and not for whoever else shares it.
    if (idleMsMax === this.#idleMsMax) return
    this.#idleMsMax = idleMsMax
    this.#options.residency.stayChanged(this)
  }

  get isBusy(): boolean {
    return this.#runs.count > 0 || this.#queues.haveWork
  }

  get comesInMs(): number {
    return this.#options.residency.comesInMs(this)
  }

  /** Puts the gate before a queue of its work. */
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

  /** Asks for it to be loaded because work for it has come. */
  want(): void {
    // Whoever has to know why it cannot be loaded is told where that is found out.
    this.come().catch(() => undefined)
  }

  /** Fulfilled when it is in the engines; asked for at the same time, it is wanted once. @throws what its load throws */
  come(): Promise<void> {
    this.#coming ??= this.#come().finally(() => {
      this.#coming = undefined
    })
    return this.#coming
  }

  async #come(): Promise<void> {
    const { residency, onFailure } = this.#options
    try {
      await residency.want(this)
    } catch (error) {
      onFailure(error)
      throw error
    }
  }

  /** Gives its memory back until somebody wants it again. */
  giveUp(): Promise<void> {
    return this.#options.residency.giveUp(this)
  }

  /** Tells of a run; what it gives is called when that has ended. */
  started(): () => void {
    const end = this.#runs.enter()
    return () => {
      end()
      this.#options.residency.touch(this)
    }
  }

  async enter(): Promise<void> {
    const { opened, holdFiles, onEntered } = this.#options
    const startedMs = performance.now()
    const lock = await holdFiles(opened.paths)
    const { speed, warmUpMs } = await this.#load().catch((error) => {
      lock.release()
      throw error
    })
    this.#lock = lock
    this.loadMs = performance.now() - startedMs
    this.isIn = true
    onEntered({ loadMs: this.loadMs, warmUpMs })
    this.#queues.learn(speed)
    this.#queues.wake()
  }

  async #load(): Promise<Entered> {
    const { modelId, opened, file, pool } = this.#options
    await allAwake(pool)
    const isKnown = this.loadMs !== undefined
    const { fileBytes } = opened
    return this.#size.measure(() => enterEngines({ modelId, opened: opened.opened, pool, file, fileBytes, isKnown }))
  }

  async leave(): Promise<void> {
    const { modelId, opened, pool } = this.#options
    this.isIn = false
    await this.#runs.none()
    await leaveEngines({ modelId, opened: opened.opened, pool })
    this.#lock?.release()
    this.#lock = undefined
  }

  left(): void {
    this.#queues.wake()
  }
}
