import { type AppError, errors } from '../../shared/errors.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import type { Engine } from '../engine/engine.ts'
import type { WorkSource } from '../engine/work-source.ts'

/** What a queue's model is, as its gate needs to know it. */
export interface Gatekeeper {
  /** Whether the engines hold it. */
  readonly isIn: boolean
  /** Asks for it to be loaded. */
  want(): void
  /** How long that will take, about. */
  readonly comesInMs: number
  /** Tells of a run; what it gives is called when that has ended. */
  started(): () => void
}

interface GatedQueueOptions {
  model: Gatekeeper
  /** For messages: whose queue it is, of those who share the model. */
  deployment: string
  queue: ItemQueue
  /** Says to the engines that there is work. */
  wake: () => void
  /** How long work may wait for the model to be loaded. */
  loadWaitMsMax: number
}

/** A queue whose work runs only while the engines hold its model. Work that comes meanwhile asks for it, and waits. */
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
    return this.#options.model.isIn
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

  /** Says that work has arrived, or that the model has come or gone. */
  wake(): void {
    const { model, wake } = this.#options
    if (model.isIn) {
      this.stopWaiting()
      wake()
    } else if (this.headSinceMs !== undefined) {
      model.want()
      this.#giveUpInTime()
    }
  }

  /** Gives up all that waits: the model cannot be loaded. */
  shed(refusal: AppError): void {
    this.#options.queue.shed({ arrivedBeforeMs: Number.POSITIVE_INFINITY, refusal })
  }

  /** Nothing waits for the model any more: it is in, or nobody uses this gate. */
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
        if (model.isIn) return
        const seconds = Math.max(1, Math.ceil(model.comesInMs / 1000))
        const refusal = errors.modelNotReady(deployment, 'it waits for memory', seconds)
        queue.shed({ arrivedBeforeMs: performance.now() - loadWaitMsMax, refusal })
        this.#giveUpInTime()
      },
      // Just after, so that the oldest is late by then.
      Math.max(0, headSinceMs + loadWaitMsMax - nowMs) + 1,
    )
  }
}
