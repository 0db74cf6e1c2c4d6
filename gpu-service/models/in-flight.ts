/** Running requests or runs, so that their resources are released only after them. */
export class InFlight {
  count = 0
  #latest = newCohort()
  /** Resolves when all but the latest cohort have ended. */
  #earlier: Promise<void> = Promise.resolve()
  #whenNone: (() => void)[] = []

  /** Counts one; the returned function ends it, once or repeatedly. */
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

  /** Resolves when none is running. */
  none(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenNone.push(resolve))
  }

  /** Resolves when those running now have ended, regardless of new ones. */
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

/** Those that began between two calls of `before`. */
interface Cohort {
  count: number
  ended: (() => void) | undefined
}

const newCohort = (): Cohort => ({ count: 0, ended: undefined })
