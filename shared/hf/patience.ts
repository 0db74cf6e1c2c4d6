/** A signal that fires when the caller gives up, when something we wait for takes too long, or when we are done. */
export class Patience {
  readonly signal: AbortSignal
  #isExpired = false
  #timer: NodeJS.Timeout | undefined
  readonly #controller = new AbortController()

  constructor({ signal }: { signal: AbortSignal | undefined }) {
    this.signal = signal === undefined ? this.#controller.signal : AbortSignal.any([signal, this.#controller.signal])
  }

  /** Whether the time of a wait ran out. */
  get isExpired(): boolean {
    return this.#isExpired
  }

  /** Waits for one thing; the clock stands still before and after, however slow the reader of the bytes is. */
  async waitFor<Value>({ thing, timeoutMs }: { thing: Promise<Value>; timeoutMs: number }): Promise<Value> {
    this.#timer = setTimeout(() => {
      this.#isExpired = true
      this.#controller.abort()
    }, timeoutMs)
    try {
      return await thing
    } finally {
      clearTimeout(this.#timer)
    }
  }

  /** Releases the connection if it is still in use. */
  end(): void {
    clearTimeout(this.#timer)
    this.#controller.abort()
  }
}
