import type { CacheBudget, Kept } from './cache-budget.ts'
import { bytesOf, keptCopy } from './kept-copy.ts'

interface KeptOutput<Output> extends Kept {
  output: Output
}

/** What an entry takes besides its key and its answer, about. */
const entryBytes = 256

/**
 * The latest answers by the key of their input, at most so many, and within the memory that all caches share; the one
 * unused for longest goes first.
 */
export class ResultCache<Output> {
  readonly #itemsMax: number
  readonly #budget: CacheBudget
  readonly #results = new Map<string, KeptOutput<Output>>()
  #isClosed = false

  constructor({ itemsMax, budget }: { itemsMax: number; budget: CacheBudget }) {
    this.#itemsMax = itemsMax
    this.#budget = budget
  }

  get(key: string): Output | undefined {
    const kept = this.#results.get(key)
    if (kept === undefined) return undefined
    this.#results.delete(key)
    this.#results.set(key, kept)
    this.#budget.touch(kept)
    return kept.output
  }

  set(key: string, output: Output): void {
    if (this.#itemsMax <= 0 || this.#isClosed) return
    this.#remove(key)
    const sizeBytes = entryBytes + bytesOf(key) + bytesOf(output)
    if (sizeBytes > this.#budget.answerMaxBytes) return
    const kept = { output: keptCopy(output), sizeBytes, drop: () => this.#results.delete(key) }
    this.#results.set(key, kept)
    this.#budget.add(kept)
    const [oldest] = this.#results.keys()
    if (this.#results.size > this.#itemsMax && oldest !== undefined) this.#remove(oldest)
  }

  /** Gives its memory back, and keeps nothing from now on. */
  close(): void {
    this.#isClosed = true
    for (const key of [...this.#results.keys()]) this.#remove(key)
  }

  #remove(key: string): void {
    const kept = this.#results.get(key)
    if (kept === undefined) return
    this.#results.delete(key)
    this.#budget.remove(kept)
  }
}
