import { errors } from '../../shared/errors.ts'

interface RequestSlotsOptions {
  /** In milliseconds. */
  now: () => number
}

/** The weight of the newest request in the moving average. */
const weight = 0.1

/** Limits a deployment's concurrent requests on this replica. A changed limit does not affect running ones. */
export class RequestSlots {
  readonly #now: () => number
  /** Start times of the running requests, oldest first. */
  readonly #taken = new Map<symbol, number>()
  /** The recent average duration. */
  #heldMs: number | undefined
  max: number | undefined

  constructor({ now }: RequestSlotsOptions) {
    this.#now = now
  }

  /** The running requests, limited or not. */
  get taken(): number {
    return this.#taken.size
  }

  get free(): number {
    return Math.max(0, (this.max ?? Number.POSITIVE_INFINITY) - this.taken)
  }

  /** @throws AppError `concurrency_limited` */
  assertFree(): void {
    if (this.max !== undefined && this.free === 0) throw errors.concurrencyLimited(this.max, this.#secondsUntilFree())
  }

  /** Takes a slot; the returned function releases it, once or repeatedly. @throws AppError `concurrency_limited` */
  take(): () => void {
    this.assertFree()
    const slot = Symbol()
    const startedMs = this.#now()
    this.#taken.set(slot, startedMs)
    return () => {
      if (!this.#taken.delete(slot)) return
      const heldMs = this.#now() - startedMs
      this.#heldMs = this.#heldMs === undefined ? heldMs : this.#heldMs + weight * (heldMs - this.#heldMs)
    }
  }

  /** With that many running, one ends this often. Before the first has ended, the oldest is assumed half done. */
  #secondsUntilFree(): number {
    const [oldestMs = this.#now()] = this.#taken.values()
    const heldMs = this.#heldMs ?? 2 * (this.#now() - oldestMs)
    return Math.max(0.1, heldMs / this.taken / 1000)
  }
}
