import { AppError } from '../../shared/errors.ts'
import { ModelHung } from '../engine/engine.ts'
import { backoffMs } from './backoff.ts'

/** Of a store that does not answer for a moment, the next try may know nothing. */
const hopelessAfter = 3

/** How often in a row a model could not be loaded, and when it is tried again. */
export class LoadFailures {
  readonly #now: () => number
  #isUnservable = false
  #retryAtMs = 0
  count = 0

  constructor({ now }: { now: () => number }) {
    this.#now = now
  }

  /** Whether it was never tried, or has rested long enough. */
  get areRested(): boolean {
    return this.#now() >= this.#retryAtMs
  }

  /** Whether trying again will hardly load it: it cannot be served at all, or failed several times in a row. */
  get areHopeless(): boolean {
    return this.#isUnservable || this.count >= hopelessAfter
  }

  note(error: unknown): void {
    this.count++
    this.#isUnservable = error instanceof ModelHung || (error instanceof AppError && error.code === 'unsupported_model')
    // Each try of a model that never ends costs a thread for good, so it is tried once.
    const pauseMs = error instanceof ModelHung ? Number.POSITIVE_INFINITY : backoffMs(this.count)
    this.#retryAtMs = this.#now() + pauseMs
  }

  /** It came into the engines. */
  forget(): void {
    this.count = 0
  }
}
