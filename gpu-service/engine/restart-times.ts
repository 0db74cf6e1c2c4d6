const countedMax = 5

/**
 * The median time of the last few engine restarts on this machine, from the start of the process until it can take work;
 * a median, so that one slow restart does not count for hours.
 */
export class RestartTimes {
  /** Starts without models to load: all that is known until an engine has died. */
  readonly #starts: number[] = []
  readonly #returns: number[] = []

  /** Records a start that had this many models to load. */
  took(ms: number, { models }: { models: number }): void {
    const counted = models > 0 ? this.#returns : this.#starts
    counted.push(ms)
    if (counted.length > countedMax) counted.shift()
  }

  get usualMs(): number | undefined {
    return middleOf(this.#returns) ?? middleOf(this.#starts)
  }
}

function middleOf(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}
