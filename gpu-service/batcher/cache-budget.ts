/** An answer in some cache. */
export interface CacheEntry {
  readonly sizeBytes: number
  /** Called when it is evicted. */
  drop(): void
}

const defaultMaxBytes = 256 * 1024 ** 2
/** An answer may take at most this fraction of the memory, so that one does not evict many. */
const answerShare = 64

/** The memory shared by the result caches of all deployments; the least recently used answer is evicted first. */
export class CacheBudget {
  readonly #maxBytes: number
  readonly #kept = new Set<CacheEntry>()
  heldBytes = 0

  constructor({ maxBytes = defaultMaxBytes }: { maxBytes?: number } = {}) {
    this.#maxBytes = maxBytes
  }

  get answerMaxBytes(): number {
    return this.#maxBytes / answerShare
  }

  add(kept: CacheEntry): void {
    this.#kept.add(kept)
    this.heldBytes += kept.sizeBytes
    for (const oldest of this.#kept) {
      if (this.heldBytes <= this.#maxBytes) return
      this.remove(oldest)
      oldest.drop()
    }
  }

  touch(kept: CacheEntry): void {
    if (this.#kept.delete(kept)) this.#kept.add(kept)
  }

  remove(kept: CacheEntry): void {
    if (this.#kept.delete(kept)) this.heldBytes -= kept.sizeBytes
  }
}
