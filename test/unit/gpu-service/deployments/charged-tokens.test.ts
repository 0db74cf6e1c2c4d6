import { describe, expect, it } from 'vitest'
import { startLimits } from '../support/request-limits.ts'

describe('the tokens per minute of a deployment', () => {
  it('make callers wait until the token overdraft of the last admitted request is paid back', () => {
    const { state, limits, ask } = startLimits()
    limits.set({ tokensPerMinute: 60 })
    const [first, second, third] = [1, 2, 3].map(() => limits.admit(undefined))
    first?.charge(40)
    second?.charge(50)
    expect(() => third?.charge(1)).toThrow(expect.objectContaining({ code: 'rate_limited', retryAfterSeconds: 31 }))
    expect(ask()).toBe('rate_limited')
    state.nowMs += 29_000
    expect(ask()).toBe('rate_limited')
    state.nowMs += 2000
    expect(ask()).toBe('in')
  })

  it('refuse for good a request of more tokens than a minute has, and charge nothing', () => {
    const { limits } = startLimits({ replicas: 2 })
    limits.set({ tokensPerMinute: 60, requestsPerSecond: 20, requestsPerDay: 5 })
    const admitted = limits.admit(undefined)
    admitted.charge(30)
    expect(() => admitted.charge(31)).toThrow(
      expect.objectContaining({ code: 'request_too_costly', status: 413, retryable: false }),
    )
    expect(limits.headers()).toMatchObject({
      'x-ratelimit-remaining-tokens': '30',
      'x-ratelimit-remaining-requests': '10',
      'x-quota-remaining-requests': '5',
    })
  })

  it('refund a request once, however many of its parts are refused', () => {
    const { limits, askTimes } = startLimits()
    limits.set({ tokensPerMinute: 60, requestsPerSecond: 20, requestsPerDay: 5 })
    expect(askTimes(3)).toBe(3)
    const parts = limits.admit(undefined)
    for (const tokens of [61, 61, 5])
      expect(() => parts.charge(tokens)).toThrow(expect.objectContaining({ code: 'request_too_costly' }))
    parts.giveBack()
    expect(limits.headers()).toMatchObject({
      'x-ratelimit-remaining-tokens': '60',
      'x-ratelimit-remaining-requests': '17',
      'x-quota-remaining-requests': '2',
    })
  })

  it('admit all parts of a request once its first part was admitted, and can refund them all, once', () => {
    const { limits, ask } = startLimits()
    limits.set({ tokensPerMinute: 60 })
    const [other, parts] = [limits.admit(undefined), limits.admit(undefined)]
    other.charge(50)
    for (let part = 0; part < 3; part++) parts.charge(20)
    expect(ask()).toBe('rate_limited')
    parts.giveBackTokens()
    parts.giveBackTokens()
    expect(limits.headers()).toMatchObject({ 'x-ratelimit-remaining-tokens': '10' })
  })

  it('do not carry the overdraft of a larger former limit into a smaller one', () => {
    const { state, limits, ask } = startLimits()
    limits.set({ tokensPerMinute: 1_000_000 })
    const [first, second] = [1, 2].map(() => limits.admit(undefined))
    first?.charge(999_999)
    second?.charge(900_000)
    limits.set({ tokensPerMinute: 60 })
    state.nowMs += 61_000
    expect(ask()).toBe('in')
  })
})
