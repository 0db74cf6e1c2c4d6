import { type AppError, errors } from '../../shared/errors.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import type { Engine } from '../engine/engine.ts'
import type { WorkSource } from '../engine/work-source.ts'

/** What a queue's gate has to know about the model. */
export interface GatedModel {
  /** Whether the engines have it. */
  readonly isLoaded: boolean
  /** Requests its load. */
  want(): void
  /** The estimated time until it is loaded. */
  readonly loadsInMs: number
  /** Records a run; the returned function ends it. */
  started(): () => void
}

interface GatedQueueOptions {
  model: GatedModel
  /** The queue's deployment among those that share the model, for error messages. */
  deployment: string
  queue: ItemQueue
  /** Tells the engines that there is work. */
  wake: () => void
  /** How long work may wait for the load. */
  loadWaitMsMax: number
}

/** A queue whose work only runs while its model is loaded. Work that arrives otherwise requests the load and waits. */
export class GatedQueue implements WorkSource {
  readonly #options: GatedQueueOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: GatedQueueOptions) {
    this.#options = options
  }

  get headSinceMs(): number | undefined {
    return this.#options.queue.headSinceMs
  }

  get backlogMs(): number {
    return this.#options.queue.backlogMs
  }

  get weight(): number {
    return this.#options.queue.weight ?? 1
  }

  get isWorthStaging(): boolean {
    return this.#options.queue.isWorthStaging === true
  }

  get isRunnable(): boolean {
    return this.#options.model.isLoaded
  }

  idle(): Promise<void> {
    return this.#options.queue.idle()
  }

  async work(engine: Engine, freeEngines: number, began?: () => void): Promise<void> {
    const { model, queue } = this.#options
    const ended = model.started()
    await queue.work(engine, freeEngines, began)
    ended()
  }

  /** Called when work has arrived, or the model was loaded or unloaded. */
  wake(): void {
    const { model, wake } = this.#options
    if (model.isLoaded) {
      this.stopWaiting()
      wake()
    } else if (this.headSinceMs !== undefined) {
      model.want()
      this.#giveUpInTime()
    }
  }

  /** Refuses all waiting work, because the model cannot be loaded. */
  shed(refusal: AppError): void {
    this.#options.queue.shed({ arrivedBeforeMs: Number.POSITIVE_INFINITY, refusal })
  }

  /** Stops waiting: the model is loaded, or the gate is unused. */
  stopWaiting(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #giveUpInTime(): void {
    const { model, deployment, queue, loadWaitMsMax } = this.#options
    const { headSinceMs } = this
    if (this.#timer !== undefined || headSinceMs === undefined) return
    const nowMs = performance.now()
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        if (model.isLoaded) return
        const seconds = Math.max(1, Math.ceil(model.loadsInMs / 1000))
        const refusal = errors.modelNotReady(deployment, 'it waits for memory', seconds)
        queue.shed({ arrivedBeforeMs: performance.now() - loadWaitMsMax, refusal })
        this.#giveUpInTime()
      },
      // Slightly later, so that the oldest is overdue by then.
      Math.max(0, headSinceMs + loadWaitMsMax - nowMs) + 1,
    )
  }
}
