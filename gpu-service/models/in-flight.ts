/** Requests or runs that are under way, so that what they need is taken away only behind them. */
export class InFlight {
  count = 0
  #latest = newCohort()
  /** Fulfilled when the cohorts before the latest have ended. */
  #earlier: Promise<void> = Promise.resolve()
  #whenNone: (() => void)[] = []

  /** Counts one; what it gives says, once or more often, that it has ended. */
  enter(): () => void {
    const cohort = this.#latest
    this.count++
    cohort.count++
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.count--
      cohort.count--
      if (cohort.count === 0) cohort.ended?.()
      if (this.count === 0) for (const resolve of this.#whenNone.splice(0)) resolve()
    }
  }

  /** Fulfilled when none is under way. */
  none(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenNone.push(resolve))
  }

  /** Fulfilled when those have ended that are under way now, whoever comes meanwhile. */
  async before(): Promise<void> {
    const cohort = this.#latest
    if (cohort.count > 0) {
      const ended = new Promise<void>((resolve) => {
        cohort.ended = resolve
      })
      this.#earlier = this.#earlier.then(() => ended)
      this.#latest = newCohort()
    }
    await this.#earlier
  }
}

/** Those that came between one look and the next. */
interface Cohort {
  count: number
  ended: (() => void) | undefined
}

const newCohort = (): Cohort => ({ count: 0, ended: undefined })
