/** The time constant of the moving average: older requests count for a third of it. */
const requests = 32
/** Below this hit rate, looking for cached answers costs more than it saves. */
const shareMin = 1 / 16
/** Requests are looked up anyway for 60 ms of every second, to notice when callers repeat themselves. */
const lookMs = { every: 1000, for: 60 }

/** The recent hit rate of the result cache: if it is low, an overloaded server refuses requests without parsing them. */
export class CacheHitRate {
  /** Optimistic until measured. */
  #share = 1

  /** Records how many inputs of a request were answered from the cache. */
  saw({ found, of }: { found: number; of: number }): void {
    this.#share += (found / of - this.#share) / requests
  }

  isWorthLookup(nowMs: number): boolean {
    return this.#share >= shareMin || nowMs % lookMs.every < lookMs.for
  }
}
