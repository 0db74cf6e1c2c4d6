import type { Principal } from '../../shared/auth/principal.ts'
import { errors } from '../../shared/errors.ts'
import type { DeploymentLimits } from '../../shared/table/deployment-item.ts'
import { assertSomeLeft, ChargedTokens } from './charged-tokens.ts'
import type { DayUse } from './day-use.ts'
import { RequestSlots } from './request-slots.ts'
import { TokenBucket } from './token-bucket.ts'

interface RequestLimitsOptions {
  /** As its use is counted, by its `deploymentUseId`. */
  deployment: string
  /** How many replicas share what the deployment may do. */
  replicaCount: () => number
  /** What all of them answered today. */
  use: DayUse
  now: () => number
  /** Is told of every request that was let in. */
  count: (caller: Principal | undefined) => void
}

/** A request that was counted. */
export interface Admitted {
  /** Takes a slot when it has come whole; one that finds none has cost nothing. @throws AppError `concurrency_limited` */
  enter(): () => void
  /** Takes its tokens when they are known; one for which there are none has cost nothing. @throws AppError `rate_limited`, `request_too_costly` */
  charge(tokens: number): void
  /** Takes back its tokens alone: it got no answer. */
  giveBackTokens(): void
  /** Takes back what it was counted for, which was turned away after all: nothing of a limit that was set since. */
  giveBack(): void
}

/** What the client is told of its limit, in the words of OpenAI's headers. */
type LimitHeaders = Record<string, string>

/** What a deployment may answer: this replica's share of each rate, the day's quota of all of them, and so many at a time. */
export class RequestLimits {
  /** The requests that are under way. */
  readonly slots: RequestSlots
  readonly #options: RequestLimitsOptions
  #limits: DeploymentLimits = {}
  #shares = 0
  #requests: TokenBucket | undefined
  #tokens: TokenBucket | undefined

  constructor(options: RequestLimitsOptions) {
    this.#options = options
    this.slots = new RequestSlots(options)
  }

  /** What is left of a rate stays left when the rate changes. */
  set(limits: DeploymentLimits = {}): void {
    const shares = this.#options.replicaCount()
    if (limits === this.#limits && shares === this.#shares) return
    this.#limits = limits
    this.#shares = shares
    const { requestsPerSecond, tokensPerMinute, requestsPerDay, concurrency } = limits
    if (requestsPerDay !== undefined) this.#options.use.follow(this.#options.deployment)
    this.slots.max = concurrency
    this.#requests = this.#bucket(this.#requests, requestsPerSecond, 1)
    this.#tokens = this.#bucket(this.#tokens, tokensPerMinute, 60)
  }

  /** Counts a request, which takes a slot only when it has come whole. @throws AppError `concurrency_limited`, `rate_limited`, `quota_used_up` */
  admit(caller: Principal | undefined): Admitted {
    const { requestsPerDay, tokensPerMinute: perMinute = 0 } = this.#limits
    const { use, deployment, count } = this.#options
    const requests = this.#requests
    this.slots.assertFree()
    if (requests !== undefined && requests.level < 1) {
      const { requestsPerSecond = 0 } = this.#limits
      throw errors.rateLimited(`${requestsPerSecond} requests per second`, requests.secondsUntil(1))
    }
    if (this.#tokens !== undefined) assertSomeLeft(this.#tokens, perMinute)
    if (requestsPerDay !== undefined && use.of(deployment) >= requestsPerDay)
      throw errors.quotaUsedUp(requestsPerDay, use.secondsLeft())
    requests?.take(1)
    const takeBack = requestsPerDay === undefined ? undefined : use.add(deployment)
    count(caller)
    const charged = new ChargedTokens({ bucket: this.#tokens, perMinute })
    const giveBack = () => {
      requests?.take(-1)
      takeBack?.()
      charged.giveBack()
    }
    return {
      enter: () => orGivenBack(giveBack, () => this.slots.take()),
      charge: (tokens) => orGivenBack(giveBack, () => charged.charge(tokens)),
      giveBackTokens: () => charged.giveBack(),
      giveBack,
    }
  }

  headers(): LimitHeaders {
    const { requestsPerDay } = this.#limits
    const { use, deployment } = this.#options
    const { max, free } = this.slots
    return {
      ...(max !== undefined && { 'x-concurrency-limit': String(max), 'x-concurrency-remaining': String(free) }),
      ...(this.#requests !== undefined && told('requests', this.#requests)),
      ...(this.#tokens !== undefined && told('tokens', this.#tokens)),
      ...(requestsPerDay !== undefined && {
        'x-quota-limit-requests': String(requestsPerDay),
        'x-quota-remaining-requests': String(Math.max(0, requestsPerDay - use.of(deployment))),
      }),
    }
  }

  #bucket(current: TokenBucket | undefined, limit: number | undefined, seconds: number): TokenBucket | undefined {
    if (limit === undefined) return undefined
    const share = limit / this.#shares
    // What one request may be over is no more than all replicas are given together.
    const rate = { perSecond: share / seconds, burst: Math.max(1, share), debtMax: limit }
    if (current === undefined) return new TokenBucket({ ...rate, now: this.#options.now })
    current.set(rate)
    return current
  }
}

/** What is refused on its way has cost nothing. */
function orGivenBack<Result>(giveBack: () => void, take: () => Result): Result {
  try {
    return take()
  } catch (error) {
    giveBack()
    throw error
  }
}

const told = (what: 'requests' | 'tokens', bucket: TokenBucket): LimitHeaders => ({
  [`x-ratelimit-limit-${what}`]: String(Math.floor(bucket.burst)),
  [`x-ratelimit-remaining-${what}`]: String(Math.max(0, Math.floor(bucket.level))),
  [`x-ratelimit-reset-${what}`]: `${bucket.secondsUntil(bucket.burst).toFixed(3)}s`,
})
