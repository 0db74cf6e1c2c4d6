/** A signal that aborts when the caller gives up, when a wait takes too long, or when the work is done. */
export class Patience {
  readonly signal: AbortSignal
  #isExpired = false
  #timer: NodeJS.Timeout | undefined
  readonly #controller = new AbortController()

  constructor({ signal }: { signal: AbortSignal | undefined }) {
    this.signal = signal === undefined ? this.#controller.signal : AbortSignal.any([signal, this.#controller.signal])
  }

  /** Whether a wait timed out. */
  get isExpired(): boolean {
    return this.#isExpired
  }

  /** Waits for one promise. The clock only runs during the wait, so a slow reader of the bytes cannot time out. */
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
