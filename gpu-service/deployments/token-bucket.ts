/** Lets so much through per second, and at most so much at once. Who takes more than there is owes it, up to a bound. */
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

  /** Another rate from now on; what is there stays, within the new bounds. */
  set({ perSecond, burst, debtMax }: Rate): void {
    this.#refill()
    this.#perSecond = perSecond
    this.#burst = burst
    this.#debtMax = debtMax
    this.#level = Math.max(-debtMax, Math.min(this.#level, burst))
  }

  /** How much is there; below nothing where more was taken than there was. */
  get level(): number {
    this.#refill()
    return this.#level
  }

  get burst(): number {
    return this.#burst
  }

  take(amount: number): void {
    this.#refill()
    this.#level = Math.max(-this.#debtMax, this.#level - amount)
  }

  /** How long until so much is there. */
  secondsUntil(amount: number): number {
    return Math.max(0, (amount - this.level) / this.#perSecond)
  }

  #refill(): void {
    const nowMs = this.#now()
    // A clock that is set back takes nothing away: nobody would be let in until it is where it was.
    const passedMs = Math.max(0, nowMs - this.#atMs)
    this.#level = Math.min(this.#burst, this.#level + (passedMs / 1000) * this.#perSecond)
    this.#atMs = nowMs
  }
}

interface Rate {
  perSecond: number
  burst: number
  /** How far below nothing it may be. */
  debtMax: number
}
