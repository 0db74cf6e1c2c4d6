/** How long tokenizers may be slow at once, and the share of the elapsed time by which that refills. */
const slowAtOnceMs = 1000
const slowShare = 0.05

/** The time that slow work may take of the thread that serves all requests. */
export class SlowAllowance {
  readonly #now: () => number
  #leftMs = slowAtOnceMs
  #countedMs: number

  constructor({ now = () => performance.now() }: { now?: () => number } = {}) {
    this.#now = now
    this.#countedMs = now()
  }

  get isUsedUp(): boolean {
    this.#refill()
    return this.#leftMs <= 0
  }

  get secondsUntilLeft(): number {
    this.#refill()
    return Math.max(0, (1 - this.#leftMs) / slowShare / 1000)
  }

  /** Called as the work ends; what refilled before it began was capped then. */
  take(slowMs: number): void {
    this.#refill(this.#now() - slowMs)
    this.#leftMs -= slowMs
  }

  #refill(untilMs = this.#now()): void {
    if (untilMs < this.#countedMs) return
    this.#leftMs = Math.min(slowAtOnceMs, this.#leftMs + (untilMs - this.#countedMs) * slowShare)
    this.#countedMs = untilMs
  }
}
