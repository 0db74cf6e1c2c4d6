interface LearnedSizeOptions {
  /** What the files hold, which the engines map once for all. */
  fileBytes: number
  /** What all models together may take. */
  maxBytes: number
  /** What the engines hold in memory of their own now, where that can be told. */
  engineBytes: () => number | undefined
}

const measurementsMax = 8

/** What a model takes: its weights once, and what the engines took beside them, on average of the last loads. */
export class LearnedSize {
  readonly #options: LearnedSizeOptions
  readonly #grownBytes: number[] = []

  constructor(options: LearnedSizeOptions) {
    this.#options = options
  }

  /** Before a load was measured, the size of the files; never more than there is, or it could not come again. */
  get bytes(): number {
    const { fileBytes, maxBytes } = this.#options
    if (this.#grownBytes.length === 0) return fileBytes
    const grown = this.#grownBytes.reduce((total, one) => total + one, 0) / this.#grownBytes.length
    return Math.min(fileBytes + Math.round(grown), maxBytes)
  }

  /** Does a load and sees what the engines hold more behind it. */
  async measure<Result>(load: () => Promise<Result>): Promise<Result> {
    const { engineBytes } = this.#options
    const before = engineBytes()
    const result = await load()
    const after = engineBytes()
    if (before === undefined || after === undefined) return result
    // Other models run meanwhile, so one measurement may be far off.
    this.#grownBytes.push(Math.max(0, after - before))
    if (this.#grownBytes.length > measurementsMax) this.#grownBytes.shift()
    return result
  }
}
