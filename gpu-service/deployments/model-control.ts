import { errors } from '../../shared/errors.ts'
import type { ModelLease } from '../models/model-lease.ts'
import type { Barrier } from './barrier.ts'

interface ModelControlOptions {
  /** Whose model it is, for messages. */
  deployment: string
  lease: Pick<ModelLease, 'load' | 'unload' | 'assertMayLeave' | 'isResident'>
  /** Fulfilled when the requests are answered that are under way now. */
  answered: () => Promise<void>
}

/**
 * Explicit control of a model, as Triton calls it: it is loaded or unloaded on the order of whoever operates it. Orders are
 * carried out one after the other, so that the last one has its way.
 */
export class ModelControl {
  readonly #options: ModelControlOptions
  #last: Promise<void> = Promise.resolve()
  #isUnloaded = false
  #isClosed = false

  constructor(options: ModelControlOptions) {
    this.#options = options
  }

  /** Whether it was unloaded on order, and has not been loaded since. */
  get isUnloaded(): boolean {
    return this.#isUnloaded
  }

  /** Fulfilled when the engines hold it. @throws AppError `model_not_ready` @throws what its load throws */
  load(signal: AbortSignal): Promise<void> {
    return this.#order(signal, () => this.#options.lease.load())
  }

  /** @throws AppError `model_kept_loaded` */
  assertMayLeave(): void {
    this.#options.lease.assertMayLeave()
  }

  /**
   * Fulfilled when its memory is given back, behind the requests that came before, and with all that are to give it back
   * together. @throws AppError `model_kept_loaded`
   */
  unload({ signal, barrier }: { signal: AbortSignal; barrier: Pick<Barrier, 'arrive'> }): Promise<void> {
    return this.#order(signal, async () => {
      const { lease, answered } = this.#options
      await answered()
      await barrier.arrive()
      await lease.unload()
      this.#isUnloaded = !lease.isResident
    })
  }

  /** Told that it came into the engines, whoever wanted it. */
  entered(): void {
    this.#isUnloaded = false
  }

  /** Carries out no more orders: nobody would unload again what is loaded now. */
  close(): void {
    this.#isClosed = true
  }

  #order(signal: AbortSignal, obey: () => Promise<void>): Promise<void> {
    const order = this.#last.then(() => {
      if (signal.aborted) throw errors.clientClosed()
      if (this.#isClosed) throw errors.modelNotReady(this.#options.deployment, 'it was given up just now')
      return obey()
    })
    this.#last = order.catch(() => undefined)
    return order
  }
}
