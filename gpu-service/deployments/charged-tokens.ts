import { errors } from '../../shared/errors.ts'
import type { TokenBucket } from './token-bucket.ts'

/** What one request takes off its deployment's tokens of a minute. */
export class ChargedTokens {
  readonly #bucket: TokenBucket | undefined
  readonly #perMinute: number
  #taken = 0

  /** Without a bucket its tokens are not counted. */
  constructor({ bucket, perMinute }: { bucket: TokenBucket | undefined; perMinute: number | undefined }) {
    this.#bucket = bucket
    this.#perMinute = perMinute ?? Number.POSITIVE_INFINITY
  }

  /**
   * Takes them as soon as they are known, so that a crowd is not let in by what none of it has paid for yet. Whatever is
   * left lets a request in, which may owe the rest: a large one would never find enough beside many small ones. Of what
   * comes in parts the first decides. @throws AppError `rate_limited`, `request_too_costly`
   */
  charge(tokens: number): void {
    const bucket = this.#bucket
    if (bucket === undefined) return
    const all = this.#taken + tokens
    if (all > this.#perMinute) throw errors.tooManyForAMinute(all, this.#perMinute)
    if (this.#taken === 0) assertSomeLeft(bucket, this.#perMinute)
    bucket.take(tokens)
    this.#taken = all
  }

  /** Of a request that got no answer. */
  giveBack(): void {
    this.#bucket?.take(-this.#taken)
    this.#taken = 0
  }
}

/** @throws AppError `rate_limited` */
export function assertSomeLeft(bucket: TokenBucket, perMinute: number): void {
  if (bucket.level <= 0) throw errors.rateLimited(`${perMinute} tokens per minute`, bucket.secondsUntil(1))
}
