/** An answer that is kept, by whichever cache. */
export interface Kept {
  readonly sizeBytes: number
  /** Told that it is kept no longer. */
  drop(): void
}

const defaultMaxBytes = 256 * 1024 ** 2
/** So that no one answer puts many others out. */
const answerShare = 64

/**
 * The memory that all caches of answers share, however many deployments there are and however large their answers: the
 * answer that is unused for longest goes first.
 */
export class CacheBudget {
  readonly #maxBytes: number
  readonly #kept = new Set<Kept>()
  heldBytes = 0

  constructor({ maxBytes = defaultMaxBytes }: { maxBytes?: number } = {}) {
    this.#maxBytes = maxBytes
  }

  get answerMaxBytes(): number {
    return this.#maxBytes / answerShare
  }

  add(kept: Kept): void {
    this.#kept.add(kept)
    this.heldBytes += kept.sizeBytes
    for (const oldest of this.#kept) {
      if (this.heldBytes <= this.#maxBytes) return
      this.remove(oldest)
      oldest.drop()
    }
  }

  touch(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#kept.add(kept)
  }

  remove(kept: Kept): void {
    if (this.#kept.delete(kept)) this.heldBytes -= kept.sizeBytes
  }
}
