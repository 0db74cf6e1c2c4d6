const countedMax = 5

/**
 * How long it took of late until an engine in a dead one's place could be given work: the middle of the last few, of all
 * engines that share the machine, so that one that came while the machine was busy is not told for hours.
 */
export class ReturnTimes {
  /** Of processes that had no model to load: all that is known until one has died. */
  readonly #starts: number[] = []
  readonly #returns: number[] = []

  /** A process could be given work, with so many models that it was to hold. */
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
