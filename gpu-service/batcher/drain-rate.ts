/** Weights of a new run and of a new time window in their moving averages. */
const runWeight = 0.1
const stretchWeight = 0.3
const stretchMs = 250

/**
 * How fast a queue drains, measured in `aloneMs`, the predicted time of items run one by one: the ratio of batched to
 * one-by-one time, and the `aloneMs` drained per millisecond while items wait, whatever else uses the engines.
 */
export class DrainRate {
  #share = 1
  /** Average run time per item. */
  memberMs = 0
  /** `aloneMs` drained per millisecond; 0 until measured. */
  #perMs = 0
  /** Whether it was measured since the queue was last empty. */
  #isOfNow = false
  #doneMs = 0
  #sinceMs: number | undefined

  /** Records a run that ended. */
  ran({ items, aloneMs, runMs }: { items: number; aloneMs: number; runMs: number }): void {
    if (aloneMs > 0) this.#share += runWeight * (Math.min(3, runMs / aloneMs) - this.#share)
    this.#doneMs += aloneMs
    this.memberMs += (this.memberMs === 0 ? 1 : runWeight) * (runMs / items - this.memberMs)
  }

  /** Records a failed item: it has left the queue too. */
  failed({ aloneMs }: { aloneMs: number }): void {
    this.#doneMs += aloneMs
  }

  /** Call after each run. Only time during which items wait tells how fast the engines are. */
  passed({ nowMs, areWaiting }: { nowMs: number; areWaiting: boolean }): void {
    const elapsedMs = this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs
    if (elapsedMs >= stretchMs) {
      const perMs = this.#doneMs / elapsedMs
      // A rate measured before the queue was last empty says nothing about now.
      const isKnown = this.#isOfNow && this.#perMs > 0
      this.#perMs = isKnown ? this.#perMs + stretchWeight * (perMs - this.#perMs) : perMs
    }
    this.#isOfNow = areWaiting && (this.#isOfNow || elapsedMs >= stretchMs)
    if (areWaiting && this.#sinceMs !== undefined && elapsedMs < stretchMs) return
    this.#sinceMs = areWaiting ? nowMs : undefined
    this.#doneMs = 0
  }

  /** The time one engine needs for these items in batches, at most `shareMax` of their time run one by one. */
  engineMs(aloneMs: number, shareMax: number): number {
    return aloneMs * Math.min(this.#share, shareMax)
  }

  /**
   * The drain time at the rate seen since the queue was last empty; 0 if none was. The engines' own time would be too
   * low while this process is too busy to give them work.
   */
  seenMs(aloneMs: number): number {
    return this.#isOfNow ? (this.drainMs(aloneMs) ?? 0) : 0
  }

  /** The time until this much of the queue is drained; undefined until the rate is measured. */
  drainMs(aloneMs: number): number | undefined {
    return this.#perMs <= 0 ? undefined : aloneMs / this.#perMs
  }
}
