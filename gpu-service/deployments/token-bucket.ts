/** A token bucket with debt: fills at a rate up to a maximum, and may be overdrawn up to a limit. */
export class TokenBucket {
  readonly #now: () => number
  #perSecond = 0
  #burst = 0
  #debtMax = 0
  #level = 0
  #atMs: number

  constructor({ now, ...rate }: { now: () => number } & Rate) {
    this.#now = now
    this.#atMs = now()
    this.set(rate)
    this.#level = this.#burst
  }

  /** Changes the rate; the balance stays, within the new bounds. */
  set({ perSecond, burst, debtMax }: Rate): void {
    this.#refill()
    this.#perSecond = perSecond
    this.#burst = burst
    this.#debtMax = debtMax
    this.#level = Math.max(-debtMax, Math.min(this.#level, burst))
  }

  /** The balance; negative when overdrawn. */
  get level(): number {
    this.#refill()
    return this.#level
  }

  get burst(): number {
    return this.#burst
  }

  /** @returns what it took: less than the amount once the debt is at its limit */
  take(amount: number): number {
    this.#refill()
    const taken = Math.min(amount, this.#level + this.#debtMax)
    this.#level -= taken
    return taken
  }

  giveBack(taken: number): void {
    this.#refill()
    this.#level = Math.min(this.#burst, this.#level + taken)
  }

  /** How long until the balance is that high. */
  secondsUntil(amount: number): number {
    return Math.max(0, (amount - this.level) / this.#perSecond)
  }

  #refill(): void {
    const nowMs = this.#now()
    // A clock set back must not take anything, or nobody would be admitted until it catches up.
    const passedMs = Math.max(0, nowMs - this.#atMs)
    this.#level = Math.min(this.#burst, this.#level + (passedMs / 1000) * this.#perSecond)
    this.#atMs = nowMs
  }
}

interface Rate {
  perSecond: number
  burst: number
  /** How far it may be overdrawn. */
  debtMax: number
}
