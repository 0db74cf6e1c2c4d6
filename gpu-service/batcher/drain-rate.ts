/** How much a newer run counts against the ones before it, and a newer stretch of time. */
const runWeight = 0.1
const stretchWeight = 0.3
const stretchMs = 250

/**
 * How fast a queue is worked off, measured, in the predicted time of its items each by itself: what a run of them takes,
 * which is less because they share it, and how much of them goes per millisecond while some wait, whatever takes the
 * engines' time besides.
 */
export class DrainRate {
  #share = 1
  /** What a run takes for each of its members. */
  memberMs = 0
  /** 0 before that was measured. */
  #perMs = 0
  /** Whether that was measured since some wait who wait now. */
  #isOfNow = false
  #doneMs = 0
  #sinceMs: number | undefined

  /** A run ended, and these were in it. */
  ran({ items, aloneMs, runMs }: { items: number; aloneMs: number; runMs: number }): void {
    if (aloneMs > 0) this.#share += runWeight * (Math.min(3, runMs / aloneMs) - this.#share)
    this.#doneMs += aloneMs
    this.memberMs += (this.memberMs === 0 ? 1 : runWeight) * (runMs / items - this.memberMs)
  }

  /** One ended without an answer: it does not wait any more either. */
  failed({ aloneMs }: { aloneMs: number }): void {
    this.#doneMs += aloneMs
  }

  /** Told after each run whether some still wait: only then the time that passes is the engines' doing. */
  passed({ nowMs, areWaiting }: { nowMs: number; areWaiting: boolean }): void {
    const elapsedMs = this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs
    if (elapsedMs >= stretchMs) {
      const perMs = this.#doneMs / elapsedMs
      // What others saw who waited before, or before anything was known, says nothing of these.
      const isKnown = this.#isOfNow && this.#perMs > 0
      this.#perMs = isKnown ? this.#perMs + stretchWeight * (perMs - this.#perMs) : perMs
    }
    this.#isOfNow = areWaiting && (this.#isOfNow || elapsedMs >= stretchMs)
    if (areWaiting && this.#sinceMs !== undefined && elapsedMs < stretchMs) return
    this.#sinceMs = areWaiting ? nowMs : undefined
    this.#doneMs = 0
  }

  /** What one engine needs for items that would take so long each by itself, of which it takes no larger share. */
  engineMs(aloneMs: number, shareMax: number): number {
    return aloneMs * Math.min(this.#share, shareMax)
  }

  /**
   * How long so much of the queue takes by what was seen of those that wait now; 0 where nothing was. The engines' own
   * time does not tell it where this process is too busy to give them work.
   */
  seenMs(aloneMs: number): number {
    return this.#isOfNow ? (this.drainMs(aloneMs) ?? 0) : 0
  }

  /** When so much of the queue will be worked off; nothing before that was measured. */
  drainMs(aloneMs: number): number | undefined {
    return this.#perMs <= 0 ? undefined : aloneMs / this.#perMs
  }
}
