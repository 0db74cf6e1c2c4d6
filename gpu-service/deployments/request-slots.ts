import { errors } from '../../shared/errors.ts'

interface RequestSlotsOptions {
  /** In milliseconds. */
  now: () => number
}

/** How much a newer request counts against the ones before it. */
const weight = 0.1

/** How many requests a deployment answers at a time on this replica. What is under way stays so when that changes. */
export class RequestSlots {
  readonly #now: () => number
  /** When each began that is under way, the oldest first. */
  readonly #taken = new Map<symbol, number>()
  /** How long one is under way, of late. */
  #heldMs: number | undefined
  max: number | undefined

  constructor({ now }: RequestSlotsOptions) {
    this.#now = now
  }

  /** How many requests are under way, whether there is a limit or not. */
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

  /** Takes one until what this gives is called, once or more often. @throws AppError `concurrency_limited` */
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

  /** Of so many that are under way, one ends so often. Before any ended, the oldest is believed to be half done. */
  #secondsUntilFree(): number {
    const [oldestMs = this.#now()] = this.#taken.values()
    const heldMs = this.#heldMs ?? 2 * (this.#now() - oldestMs)
    return Math.max(0.1, heldMs / this.taken / 1000)
  }
}
