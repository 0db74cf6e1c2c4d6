import type { CacheBudget, CacheEntry } from './cache-budget.ts'
import { bytesOf, cachedCopy } from './cached-copy.ts'

interface CachedOutput<Output> extends CacheEntry {
  output: Output
}

/** The approximate overhead of an entry besides its key and answer. */
const entryBytes = 256

/** An LRU cache of answers by the key of their input, bounded in number and by the memory that all caches share. */
export class ResultCache<Output> {
  readonly #itemsMax: number
  readonly #budget: CacheBudget
  readonly #results = new Map<string, CachedOutput<Output>>()
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
    const kept = { output: cachedCopy(output), sizeBytes, drop: () => this.#results.delete(key) }
    this.#results.set(key, kept)
    this.#budget.add(kept)
    const [oldest] = this.#results.keys()
    if (this.#results.size > this.#itemsMax && oldest !== undefined) this.#remove(oldest)
  }

  /** Drops all answers and caches no more. */
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
