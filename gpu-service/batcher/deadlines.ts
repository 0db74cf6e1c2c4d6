import { Heap, type Placed } from './heap.ts'

/** One-shot timers. */
export interface Timers {
  start(callback: () => void, delayMs: number): unknown
  stop(timer: unknown): void
}

export interface DeadlinesOptions<Bound> {
  expired: (bound: Bound) => void
  now: () => number
  timers?: Timers | undefined
}

/** Timers that do not keep the process alive. */
const processTimers: Timers = {
  start: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  stop: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

const delayMsMax = 2 ** 31 - 1

/** Calls `expired` at each deadline, even during a run, with a single timer for the earliest. */
export class Deadlines<Bound extends Placed & { readonly deadlineMs: number }> {
  readonly #options: DeadlinesOptions<Bound>
  readonly #timers: Timers
  readonly #bound = new Heap<Bound>((one, other) => one.deadlineMs < other.deadlineMs)
  #timer: unknown
  #setForMs = Number.POSITIVE_INFINITY

  constructor(options: DeadlinesOptions<Bound>) {
    this.#options = options
    this.#timers = options.timers ?? processTimers
  }

  get size(): number {
    return this.#bound.size
  }

  add(bound: Bound): void {
    if (bound.deadlineMs === Number.POSITIVE_INFINITY) return
    this.#bound.add(bound)
    this.#arm()
  }

  /** Settled calls are removed at once, because clients send deadlines minutes ahead. */
  remove(bound: Bound): void {
    this.#bound.remove(bound)
    if (this.#bound.size === 0) this.#disarm()
  }

  /** Expires all deadlines that have passed, in case a busy thread made the timer late. */
  check(): void {
    const nowMs = this.#options.now()
    for (let { first } = this.#bound; first !== undefined && first.deadlineMs <= nowMs; { first } = this.#bound) {
      this.#bound.remove(first)
      this.#options.expired(first)
    }
  }

  #arm(): void {
    const { first } = this.#bound
    if (first === undefined || first.deadlineMs >= this.#setForMs) return
    this.#disarm()
    this.#setForMs = first.deadlineMs
    const delayMs = Math.min(delayMsMax, Math.max(1, Math.ceil(first.deadlineMs - this.#options.now())))
    this.#timer = this.#timers.start(() => {
      this.#timer = undefined
      this.#setForMs = Number.POSITIVE_INFINITY
      this.check()
      this.#arm()
    }, delayMs)
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#timers.stop(this.#timer)
    this.#timer = undefined
    this.#setForMs = Number.POSITIVE_INFINITY
  }
}
