import { errors } from '../../shared/errors.ts'
import type { ModelLease } from '../models/model-lease.ts'
import type { Meeting } from './meeting.ts'

export interface MemoryOrdersOptions {
  /** Whose model it is, for messages. */
  deployment: string
  lease: Pick<ModelLease, 'load' | 'unload' | 'assertMayLeave' | 'isResident'>
  /** Fulfilled when the requests are answered that are under way now. */
  answered: () => Promise<void>
}

/**
 * Orders of those who operate a model: to have it in memory now, or to give that back. They are carried out one after
 * the other, so that whoever says so last has it their way.
 */
export class MemoryOrders {
  readonly #options: MemoryOrdersOptions
  #last: Promise<void> = Promise.resolve()
  #isUnloaded = false
  #isClosed = false

  constructor(options: MemoryOrdersOptions) {
    this.#options = options
  }

  /** Whether it was told to leave, and has not come again since. */
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
  unload({ signal, meeting }: { signal: AbortSignal; meeting: Pick<Meeting, 'come'> }): Promise<void> {
    return this.#order(signal, async () => {
      const { lease, answered } = this.#options
      await answered()
      await meeting.come()
      await lease.unload()
      this.#isUnloaded = !lease.isResident
    })
  }

  /** Told that it came into the engines, whoever wanted it. */
  entered(): void {
    this.#isUnloaded = false
  }

  /** Carries out no order any more: nobody would take out again what comes in now. */
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
