export interface MeetingOptions {
  count: number
  /** Whether they may go on, asked when the last has come. Throws where they may not. */
  agree: () => void
}

/** Has several come to the same point before any of them goes on. Where one does not come, or they may not, none does. */
export class Meeting {
  readonly #agree: () => void
  readonly #decided = Promise.withResolvers<void>()
  #missing: number

  constructor({ count, agree }: MeetingOptions) {
    this.#missing = count
    this.#agree = agree
    // Nobody may have come to hear of it.
    this.#decided.promise.catch(() => undefined)
  }

  /** Fulfilled when all have come. @throws why they do not go on */
  come(): Promise<void> {
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

  /** Sends home those who came and those who come yet. */
  callOff(reason: unknown): void {
    this.#decided.reject(reason)
  }
}
