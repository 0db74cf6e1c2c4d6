import type { Principal } from '../../shared/auth/principal.ts'
import { errors } from '../../shared/errors.ts'
import type { DeploymentLimits } from '../../shared/table/deployment-item.ts'
import { type Admitted, admitted } from './admitted.ts'
import { assertSomeLeft, ChargedTokens } from './charged-tokens.ts'
import type { DayUse } from './day-use.ts'
import { RequestSlots } from './request-slots.ts'
import { TokenBucket } from './token-bucket.ts'

interface RequestLimitsOptions {
  /** The `deploymentUseId` under which its use is counted. */
  deployment: string
  /** How many replicas share the deployment's limits. */
  replicaCount: () => number
  /** The day's requests of all replicas. */
  use: DayUse
  now: () => number
  /** Called for each admitted request. */
  count: (caller: Principal | undefined) => void
}

/** The limit, in OpenAI's headers. */
type LimitHeaders = Record<string, string>

/**
 * A deployment's limits on this replica: its share of each rate, the day's quota of all replicas, and the concurrency.
 */
export class RequestLimits {
  /** The running requests. */
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

  /** The remaining balance of a rate survives a change of the rate. */
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

  /**
   * Counts a request, which takes a slot only after its body has arrived. @throws AppError `concurrency_limited`,
   * `rate_limited`, `quota_used_up`
   */
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
    const taken = requests?.take(1) ?? 0
    const takeBack = requestsPerDay === undefined ? undefined : use.add(deployment)
    count(caller)
    const charged = new ChargedTokens({ bucket: this.#tokens, perMinute })
    const uncount = () => {
      requests?.giveBack(taken)
      takeBack?.()
    }
    return admitted({ slots: this.slots, charged, uncount })
  }

  headers(): LimitHeaders {
    const { requestsPerDay } = this.#limits
    const { use, deployment } = this.#options
    const { max, free } = this.slots
    return {
      ...(max !== undefined && { 'x-concurrency-limit': String(max), 'x-concurrency-remaining': String(free) }),
      ...(this.#requests !== undefined && headersOf('requests', this.#requests)),
      ...(this.#tokens !== undefined && headersOf('tokens', this.#tokens)),
      ...(requestsPerDay !== undefined && {
        'x-quota-limit-requests': String(requestsPerDay),
        'x-quota-remaining-requests': String(Math.max(0, requestsPerDay - use.of(deployment))),
      }),
    }
  }

  #bucket(current: TokenBucket | undefined, limit: number | undefined, seconds: number): TokenBucket | undefined {
    if (limit === undefined) return undefined
    const share = limit / this.#shares
    // One request's debt is limited to the total of all replicas.
    const rate = { perSecond: share / seconds, burst: Math.max(1, share), debtMax: limit }
    if (current === undefined) return new TokenBucket({ ...rate, now: this.#options.now })
    current.set(rate)
    return current
  }
}

const headersOf = (what: 'requests' | 'tokens', bucket: TokenBucket): LimitHeaders => ({
  [`x-ratelimit-limit-${what}`]: String(Math.floor(bucket.burst)),
  [`x-ratelimit-remaining-${what}`]: String(Math.max(0, Math.floor(bucket.level))),
  [`x-ratelimit-reset-${what}`]: `${bucket.secondsUntil(bucket.burst).toFixed(3)}s`,
})
