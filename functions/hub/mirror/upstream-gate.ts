import { AppError } from '../../../shared/errors.ts'

/** Failures of the upstream Hub before it is left alone for a while. */
const failuresMax = 2
const restMs = 10_000

/**
 * A circuit breaker for the upstream Hub: while it is open, local content answers at once, and everything else fails
 * with the same error without a request.
 */
export class UpstreamGate {
  #failures = 0
  #closed: { untilMs: number; error: AppError } | undefined
  readonly #now: () => Date

  constructor({ now }: { now: () => Date }) {
    this.#now = now
  }

  /** Runs `work`, unless the breaker is open. @throws AppError as `work` does */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    const closed = this.#closed
    const nowMs = this.#now().getTime()
    if (closed !== undefined && nowMs < closed.untilMs) throw waiting(closed.error, closed.untilMs - nowMs)
    try {
      const result = await work()
      this.#failures = 0
      this.#closed = undefined
      return result
    } catch (error) {
      if (error instanceof AppError) this.#judge(error)
      throw error
    }
  }

  #judge(error: AppError) {
    const nowMs = this.#now().getTime()
    if (error.code === 'upstream_rate_limited')
      this.#closed = { untilMs: nowMs + (error.retryAfterSeconds ?? 30) * 1000, error }
    else if (error.code !== 'upstream_unreachable') this.#failures = 0
    else if (++this.#failures >= failuresMax) this.#closed = { untilMs: nowMs + restMs, error }
  }
}

function waiting({ code, status, message }: AppError, leftMs: number): AppError {
  return new AppError({ code, status, message, retryable: true, retryAfterSeconds: Math.ceil(leftMs / 1000) })
}
