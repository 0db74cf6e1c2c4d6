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
  it('let in so much a second and no more, in the long run and at once', () => {
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

  it('let one request in at a time where less than one a second is allowed', () => {
    const { state, limits, askTimes } = start({ replicas: 4 })
    limits.set({ requestsPerSecond: 1 })
    expect(askTimes(10)).toBe(1)
    state.nowMs += 3900
    expect(askTimes(10)).toBe(0)
    state.nowMs += 200
    expect(askTimes(10)).toBe(1)
  })

  it('keep what is used up used up when they are set anew', () => {
    const { limits, ask, askTimes } = start()
    limits.set({ requestsPerSecond: 5 })
    expect(askTimes(9)).toBe(5)
    limits.set({ requestsPerSecond: 50 })
    expect(ask()).toBe('rate_limited')
    limits.set(undefined)
    expect(askTimes(1000)).toBe(1000)
  })

  it('hold callers back until the minute made up for the tokens of one that was let in by the last of them', () => {
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

  it('end for the day with the quota, whichever replica answered, and begin anew at midnight', async () => {
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

  it('take nothing for a request that finds no slot when it has come whole, also where it was summed up already', async () => {
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

  it('are given back what a request was counted for, and nothing of a limit that was set since', async () => {
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

  it('of a day are not given back what was counted for the day before', async () => {
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

  it('forget no request that the table did not take', async () => {
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

  it('refuse for good what has more tokens than a minute, and count nothing of it', () => {
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

  it('answer the whole of a request in parts whose first was let in, and are given back all of it', () => {
    const { limits, ask } = start()
    limits.set({ tokensPerMinute: 60 })
    const parts = limits.admit(undefined)
    for (let part = 0; part < 3; part++) parts.charge(20)
    expect(ask()).toBe('rate_limited')
    parts.giveBackTokens()
    parts.giveBackTokens()
    expect(limits.headers()).toMatchObject({ 'x-ratelimit-remaining-tokens': '60' })
  })

  it('have nobody wait for hours that was over a larger limit of before', () => {
    const { state, limits, ask } = start()
    limits.set({ tokensPerMinute: 1_000_000 })
    const [first, second] = [1, 2].map(() => limits.admit(undefined))
    first?.charge(999_999)
    second?.charge(900_000)
    limits.set({ tokensPerMinute: 60 })
    state.nowMs += 61_000
    expect(ask()).toBe('in')
  })

  it('are told in headers', () => {
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
