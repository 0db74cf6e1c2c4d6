import { errors } from '../../shared/errors.ts'
import type { TokenBucket } from './token-bucket.ts'

/** What one request takes from its deployment's tokens per minute. */
export class ChargedTokens {
  readonly #bucket: TokenBucket | undefined
  readonly #perMinute: number
  /** What its parts cost. */
  #charged = 0
  /** What the bucket lost to them: less where its debt is limited. */
  #taken = 0

  /** Without a bucket, tokens are not counted. */
  constructor({ bucket, perMinute }: { bucket: TokenBucket | undefined; perMinute: number | undefined }) {
    this.#bucket = bucket
    this.#perMinute = perMinute ?? Number.POSITIVE_INFINITY
  }

  /**
   * Takes tokens as soon as they are known, so that a burst is not admitted before any of it has paid. Any remainder
   * admits a request, which may go into debt: a large one would otherwise never find enough among many small ones. For
   * a request that is charged in parts, the first part decides. @throws AppError `rate_limited`, `request_too_costly`
   */
  charge(tokens: number): void {
    const bucket = this.#bucket
    if (bucket === undefined) return
    const all = this.#charged + tokens
    if (all > this.#perMinute) throw errors.tooManyForAMinute(all, this.#perMinute)
    if (this.#charged === 0) assertSomeLeft(bucket, this.#perMinute)
    this.#taken += bucket.take(tokens)
    this.#charged = all
  }

  /** For a request without an answer. */
  giveBack(): void {
    this.#bucket?.giveBack(this.#taken)
    this.#taken = 0
    this.#charged = 0
  }
}

/** @throws AppError `rate_limited` */
export function assertSomeLeft(bucket: TokenBucket, perMinute: number): void {
  if (bucket.level <= 0) throw errors.rateLimited(`${perMinute} tokens per minute`, bucket.secondsUntil(1))
}
