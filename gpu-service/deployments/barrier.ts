interface BarrierOptions {
  count: number
  /** Asked when the last has arrived. @throws why they may not go on */
  agree: () => void
}

/** Has several arrive at one point before any of them goes on. Where one does not arrive, or they may not, none goes on. */
export class Barrier {
  readonly #agree: () => void
  readonly #decided = Promise.withResolvers<void>()
  #missing: number

  constructor({ count, agree }: BarrierOptions) {
    this.#missing = count
    this.#agree = agree
    // Nobody may have arrived to hear of it.
    this.#decided.promise.catch(() => undefined)
  }

  /** Fulfilled when all have arrived. @throws why they do not go on */
  arrive(): Promise<void> {
    this.#missing--
    if (this.#missing === 0)
      try {
        this.#agree()
        this.#decided.resolve()
      } catch (error) {
        this.#decided.reject(error)
      }
    return this.#decided.promise
  }

  /** Rejects for those who have arrived and those who will. */
  abort(reason: unknown): void {
    this.#decided.reject(reason)
  }
}
