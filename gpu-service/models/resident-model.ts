import type { ItemQueue } from '../batcher/item-queue.ts'
import { EngineCopies, type EngineCopiesOptions } from './engine-copies.ts'
import { type GatedModel, GatedQueue } from './gated-queue.ts'
import { InFlight } from './in-flight.ts'
import type { LoadTimes } from './model-lease.ts'
import { ModelQueues } from './model-queues.ts'
import type { Residency } from './residency.ts'
import type { Resident } from './resident.ts'

interface ResidentModelOptions extends Omit<EngineCopiesOptions, 'maxBytes'> {
  residency: Residency
  /** How long work may wait for the load. */
  loadWaitMsMax: number
  /** Called when it could not be loaded for new work. */
  onFailure: (error: unknown) => void
  /** Called after each load. */
  onLoaded: (took: LoadTimes) => void
}

/** A deployed model, loaded or unloaded; its queues are ready either way. Loads it for their work, and counts its runs. */
export class ResidentModel implements Resident, GatedModel {
  readonly #options: ResidentModelOptions
  readonly #queues = new ModelQueues()
  readonly #runs = new InFlight()
  readonly #copies: EngineCopies
  isLoaded = false
  #idleMsMax: number | undefined
  #loading: Promise<void> | undefined

  constructor(options: ResidentModelOptions) {
    this.#options = options
    this.#copies = new EngineCopies({ ...options, maxBytes: options.residency.maxBytes })
  }

  get name(): string {
    return this.#options.file
  }

  get sizeBytes(): number {
    return this.#copies.sizeBytes
  }

  get loadMs(): number | undefined {
    return this.#copies.loadMs
  }

  get idleMsMax(): number | undefined {
    return this.#idleMsMax
  }

  /** Sets how long it stays loaded without work; `undefined` for forever. */
  stayFor(idleMsMax: number | undefined): void {
    // A model that should stay but could not return waits for a request, not for other users.
    if (idleMsMax === this.#idleMsMax) return
    this.#idleMsMax = idleMsMax
    this.#options.residency.idleLimitChanged(this)
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
    const { speed, ...took } = await this.#copies.load()
    this.isLoaded = true
    this.#options.onLoaded(took)
    this.#queues.learn(speed)
    this.#queues.wake()
  }

  async unloadFromEngines(): Promise<void> {
    this.isLoaded = false
    await this.#runs.none()
    await this.#copies.unload()
  }

  unloaded(): void {
    this.#queues.wake()
  }
}
