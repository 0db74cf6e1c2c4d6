/** Requests or runs that are under way, so that what they need is taken away only behind them. */
export class InFlight {
  count = 0
  #whenNone: (() => void)[] = []

  /** Counts one; what it gives says, once or more often, that it has ended. */
  enter(): () => void {
    this.count++
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.count--
      if (this.count === 0) for (const resolve of this.#whenNone.splice(0)) resolve()
    }
  }

  /** Fulfilled when none is under way. */
  none(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenNone.push(resolve))
  }
}
