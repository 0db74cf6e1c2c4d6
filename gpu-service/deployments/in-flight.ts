/** Calls that are under way, so that what they need is taken away only behind them. */
export class InFlight {
  #count = 0
  #whenNone: (() => void)[] = []

  async during<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#count++
    try {
      return await call()
    } finally {
      this.#count--
      if (this.#count === 0) for (const resolve of this.#whenNone.splice(0)) resolve()
    }
  }

  /** Fulfilled when none is under way. */
  none(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenNone.push(resolve))
  }
}
