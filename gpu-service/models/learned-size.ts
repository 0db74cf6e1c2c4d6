interface LearnedSizeOptions {
  /** The size of the files, which all engines map once. */
  fileBytes: number
  /** The budget of all models together. */
  maxBytes: number
  /** The private memory of the engines, if known. */
  engineBytes: () => number | undefined
}

const measurementsMax = 8

/** The size of a model: its weights once, plus the average growth of the engines' memory in its last loads. */
export class LearnedSize {
  readonly #options: LearnedSizeOptions
  readonly #grownBytes: number[] = []

  constructor(options: LearnedSizeOptions) {
    this.#options = options
  }

  /**
   * Before the first measurement the size of the files; never more than the budget, or it could not be loaded again.
   */
  get bytes(): number {
    const { fileBytes, maxBytes } = this.#options
    if (this.#grownBytes.length === 0) return fileBytes
    const grown = this.#grownBytes.reduce((total, one) => total + one, 0) / this.#grownBytes.length
    return Math.min(fileBytes + Math.round(grown), maxBytes)
  }

  /** Measures the growth of the engines' memory during a load. */
  async measure<Result>(load: () => Promise<Result>): Promise<Result> {
    const { engineBytes } = this.#options
    const before = engineBytes()
    const result = await load()
    const after = engineBytes()
    if (before === undefined || after === undefined) return result
    // Other models run meanwhile, so a single measurement may be far off.
    this.#grownBytes.push(Math.max(0, after - before))
    if (this.#grownBytes.length > measurementsMax) this.#grownBytes.shift()
    return result
  }
}
