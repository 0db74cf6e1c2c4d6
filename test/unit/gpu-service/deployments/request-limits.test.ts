import { describe, expect, it } from 'vitest'
import { DayUse } from '../../../../gpu-service/deployments/day-use.ts'
import { RequestLimits } from '../../../../gpu-service/deployments/request-limits.ts'
import { createLogger } from '../../../../shared/log.ts'

const log = createLogger({ level: 'silent', name: 'test' })

function start({ replicas = 1 } = {}) {
  const state = { nowMs: Date.parse('2026-11-20T12:00:00.000Z'), replicas, inTable: 0, isTableDown: false }
  const now = () => state.nowMs
  const counted: unknown[] = []
  const use = new DayUse({
    add: async ({ requests }) => {
      if (state.isTableDown) throw new Error('the table does not answer')
      state.inTable += requests
      return state.inTable
    },
    now,
    log,
  })
  const limits = new RequestLimits({
    deployment: 'd',
    replicaCount: () => state.replicas,
    use,
    now,
    count: (caller) => void counted.push(caller),
  })
  const ask = () => {
    try {
      limits.admit(undefined)
      return 'in'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const askTimes = (times: number) => Array.from({ length: times }, ask).filter((outcome) => outcome === 'in').length
  return { state, use, limits, ask, askTimes, counted }
}

describe('the limits of a deployment', () => {
  it('admit their requests per second, in a burst and in the long run', () => {
    const { state, limits, askTimes, counted } = start()
    limits.set({ requestsPerSecond: 10 })
    expect(askTimes(100)).toBe(10)
    let admitted = 0
    for (let ms = 0; ms < 10_000; ms += 20) {
      state.nowMs += 20
      admitted += askTimes(3)
    }
    expect(admitted).toBeGreaterThanOrEqual(99)
    expect(admitted).toBeLessThanOrEqual(101)
    expect(counted).toHaveLength(10 + admitted)
  })

  it('are shared by the replicas of the pool, also when one comes or goes', () => {
    const { state, limits, askTimes } = start({ replicas: 2 })
    const wanted = { requestsPerSecond: 10 }
    limits.set(wanted)
    expect(askTimes(100)).toBe(5)
    state.replicas = 1
    limits.set(wanted)
    state.nowMs += 1000
    expect(askTimes(100)).toBe(10)
  })

  it('admit one request at a time if less than one per second is allowed', () => {
    const { state, limits, askTimes } = start({ replicas: 4 })
    limits.set({ requestsPerSecond: 1 })
    expect(askTimes(10)).toBe(1)
    state.nowMs += 3900
    expect(askTimes(10)).toBe(0)
    state.nowMs += 200
    expect(askTimes(10)).toBe(1)
  })

  it('stay used up when they are changed', () => {
    const { limits, ask, askTimes } = start()
    limits.set({ requestsPerSecond: 5 })
    expect(askTimes(9)).toBe(5)
    limits.set({ requestsPerSecond: 50 })
    expect(ask()).toBe('rate_limited')
    limits.set(undefined)
    expect(askTimes(1000)).toBe(1000)
  })

  it('make callers wait until the token overdraft of the last admitted request is paid back', () => {
    const { state, limits, ask } = start()
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

  it('stop for the day when the quota of all replicas is used up, and start anew at midnight', async () => {
    const { state, use, limits, ask, askTimes } = start()
    limits.set({ requestsPerDay: 10 })
    expect(askTimes(4)).toBe(4)
    state.inTable += 3
    await use.sum()
    expect(state.inTable).toBe(7)
    expect(askTimes(10)).toBe(3)
    expect(ask()).toBe('quota_used_up')
    state.nowMs += 12 * 3600 * 1000
    state.inTable = 0
    expect(ask()).toBe('in')
  })

  it('charge nothing for a request that finds no slot, even if it was already written to the table', async () => {
    const { state, use, limits } = start()
    limits.set({ requestsPerSecond: 10, requestsPerDay: 100, concurrency: 1 })
    const left = () => {
      const { 'x-ratelimit-remaining-requests': rate, 'x-quota-remaining-requests': quota } = limits.headers()
      return [rate, quota]
    }
    const [first, ...others] = [1, 2, 3].map(() => limits.admit(undefined))
    const leave = first?.enter()
    await use.sum()
    for (const other of others)
      expect(() => other.enter()).toThrow(expect.objectContaining({ code: 'concurrency_limited' }))
    expect(left()).toEqual(['9', '99'])
    await use.sum()
    expect([state.inTable, left()]).toEqual([1, ['9', '99']])
    leave?.()
    limits.admit(undefined).enter()
    expect(left()).toEqual(['8', '98'])
  })

  it('take back the charges of a request, but not against limits set since', async () => {
    const { state, use, limits, askTimes } = start()
    const before = [1, 2, 3].map(() => limits.admit(undefined))
    limits.set({ requestsPerSecond: 3, requestsPerDay: 5 })
    for (const { giveBack } of before) giveBack()
    expect(use.of('d')).toBe(0)
    expect(askTimes(4)).toBe(3)
    state.nowMs += 1000
    expect(askTimes(4)).toBe(2)
    await use.sum()
    expect(state.inTable).toBe(5)
  })

  it('take nothing back from today for requests of yesterday', async () => {
    const { state, use, limits, askTimes } = start()
    limits.set({ requestsPerDay: 10 })
    const before = Array.from({ length: 10 }, () => limits.admit(undefined))
    await use.sum()
    state.nowMs += 12 * 3600 * 1000
    state.inTable = 0
    expect(askTimes(1)).toBe(1)
    for (const { giveBack } of before) giveBack()
    expect(askTimes(20)).toBe(9)
    await use.sum()
    expect(state.inTable).toBe(10)
  })

  it('keep requests that the table did not accept', async () => {
    const { state, use, limits, askTimes } = start()
    limits.set({ requestsPerDay: 10 })
    askTimes(4)
    state.isTableDown = true
    await use.sum()
    expect(use.of('d')).toBe(4)
    state.isTableDown = false
    await use.sum()
    expect(state.inTable).toBe(4)
  })

  it('refuse for good a request of more tokens than a minute has, and charge nothing', () => {
    const { limits } = start({ replicas: 2 })
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
    const { limits, askTimes } = start()
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
    const { limits, ask } = start()
    limits.set({ tokensPerMinute: 60 })
    const parts = limits.admit(undefined)
    for (let part = 0; part < 3; part++) parts.charge(20)
    expect(ask()).toBe('rate_limited')
    parts.giveBackTokens()
    parts.giveBackTokens()
    expect(limits.headers()).toMatchObject({ 'x-ratelimit-remaining-tokens': '60' })
  })

  it('do not carry the overdraft of a larger former limit into a smaller one', () => {
    const { state, limits, ask } = start()
    limits.set({ tokensPerMinute: 1_000_000 })
    const [first, second] = [1, 2].map(() => limits.admit(undefined))
    first?.charge(999_999)
    second?.charge(900_000)
    limits.set({ tokensPerMinute: 60 })
    state.nowMs += 61_000
    expect(ask()).toBe('in')
  })

  it('are reported in headers', () => {
    const { limits } = start()
    expect(limits.headers()).toEqual({})
    limits.set({ requestsPerSecond: 5, requestsPerDay: 100 })
    limits.admit(undefined)
    expect(limits.headers()).toEqual({
      'x-ratelimit-limit-requests': '5',
      'x-ratelimit-remaining-requests': '4',
      'x-ratelimit-reset-requests': '0.200s',
      'x-quota-limit-requests': '100',
      'x-quota-remaining-requests': '99',
    })
  })
})
