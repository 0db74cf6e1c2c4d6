interface BarrierOptions {
  count: number
  /** Called when the last one has arrived. @throws to stop all of them */
  agree: () => void
}

/**
 * Lets several parties continue only once all have arrived. If one fails to arrive, or they must not continue, none
 * does.
 */
export class Barrier {
  readonly #agree: () => void
  readonly #decided = Promise.withResolvers<void>()
  #missing: number

  constructor({ count, agree }: BarrierOptions) {
    this.#missing = count
    this.#agree = agree
    // The rejection may come before anyone awaits it.
    this.#decided.promise.catch(() => undefined)
  }

  /** Resolves when all have arrived. @throws the reason not to continue */
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

  /** Rejects for present and future arrivals. */
  abort(reason: unknown): void {
    this.#decided.reject(reason)
  }
}
