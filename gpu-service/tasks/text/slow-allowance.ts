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

  take(slowMs: number): void {
    this.#leftMs -= slowMs
  }

  #refill(): void {
    const nowMs = this.#now()
    this.#leftMs = Math.min(slowAtOnceMs, this.#leftMs + (nowMs - this.#countedMs) * slowShare)
    this.#countedMs = nowMs
  }
}
