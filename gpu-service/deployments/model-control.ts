import { errors } from '../../shared/errors.ts'
import type { ModelLease } from '../models/model-lease.ts'
import type { Barrier } from './barrier.ts'

interface ModelControlOptions {
  /** For error messages. */
  deployment: string
  lease: Pick<ModelLease, 'load' | 'unload' | 'assertMayLeave' | 'isResident'>
  /** Resolves when the current requests are answered. */
  answered: () => Promise<void>
}

/** Explicit loading and unloading by an operator, as in Triton. Orders run in sequence, so that the last one wins. */
export class ModelControl {
  readonly #options: ModelControlOptions
  #last: Promise<void> = Promise.resolve()
  #isUnloaded = false
  #isClosed = false

  constructor(options: ModelControlOptions) {
    this.#options = options
  }

  /** Whether it was unloaded by order, and not loaded since. */
  get isUnloaded(): boolean {
    return this.#isUnloaded
  }

  /** Resolves when the engines have it. @throws AppError `model_not_ready` @throws what its load throws */
  load(signal: AbortSignal): Promise<void> {
    return this.#order(signal, () => this.#options.lease.load())
  }

  /** @throws AppError `model_kept_loaded` if a deployment requires it to stay loaded */
  assertMayLeave(): void {
    this.#options.lease.assertMayLeave()
  }

  /**
   * Resolves when its memory is free, after earlier requests, and together with all others at the barrier. @throws
   * AppError `model_kept_loaded`
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

  /** The model was loaded, for whatever reason. */
  loaded(): void {
    this.#isUnloaded = false
  }

  /** Refuses further orders, because nothing would undo them. */
  close(): void {
    this.#isClosed = true
  }

  #order(signal: AbortSignal, obey: () => Promise<void>): Promise<void> {
    const order = this.#last.then(() => {
      if (signal.aborted) throw errors.clientClosed()
      if (this.#isClosed) throw errors.modelNotReady(this.#options.deployment, 'it was just removed')
      return obey()
    })
    this.#last = order.catch(() => undefined)
    return order
  }
}
