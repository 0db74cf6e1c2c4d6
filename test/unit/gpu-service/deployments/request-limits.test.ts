import { describe, expect, it } from 'vitest'
import { startLimits } from '../support/request-limits.ts'

describe('the limits of a deployment', () => {
  it('admit their requests per second, in a burst and in the long run', () => {
    const { state, limits, askTimes, counted } = startLimits()
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
    const { state, limits, askTimes } = startLimits({ replicas: 2 })
    const wanted = { requestsPerSecond: 10 }
    limits.set(wanted)
    expect(askTimes(100)).toBe(5)
    state.replicas = 1
    limits.set(wanted)
    state.nowMs += 1000
    expect(askTimes(100)).toBe(10)
  })

  it('admit one request at a time if less than one per second is allowed', () => {
    const { state, limits, askTimes } = startLimits({ replicas: 4 })
    limits.set({ requestsPerSecond: 1 })
    expect(askTimes(10)).toBe(1)
    state.nowMs += 3900
    expect(askTimes(10)).toBe(0)
    state.nowMs += 200
    expect(askTimes(10)).toBe(1)
  })

  it('stay used up when they are changed', () => {
    const { limits, ask, askTimes } = startLimits()
    limits.set({ requestsPerSecond: 5 })
    expect(askTimes(9)).toBe(5)
    limits.set({ requestsPerSecond: 50 })
    expect(ask()).toBe('rate_limited')
    limits.set(undefined)
    expect(askTimes(1000)).toBe(1000)
  })

  it('stop for the day when the quota of all replicas is used up, and start anew at midnight', async () => {
    const { state, use, limits, ask, askTimes } = startLimits()
    limits.set({ requestsPerDay: 10 })
    expect(askTimes(4)).toBe(4)
    state.inTable += 3
    await use.sum()
    expect(state.inTable).toBe(7)
    expect(askTimes(10)).toBe(3)
    const untilMidnight = { code: 'quota_used_up', retryAfterSeconds: 12 * 3600 }
    expect(() => limits.admit(undefined)).toThrow(expect.objectContaining(untilMidnight))
    state.nowMs += 12 * 3600 * 1000
    state.inTable = 0
    expect(ask()).toBe('in')
  })

  it('charge nothing for a request that finds no slot, even if it was already written to the table', async () => {
    const { state, use, limits } = startLimits()
    limits.set({ requestsPerSecond: 10, requestsPerDay: 100, concurrency: 1 })
    const left = () => {
      const { 'x-ratelimit-remaining-requests': rate, 'x-quota-remaining-requests': quota } = limits.headers()
      return [rate, quota]
    }
    const [first, ...others] = [1, 2, 3].map(() => limits.admit(undefined))
    const leave = first?.enter()
    expect(() => limits.admit(undefined)).toThrow(expect.objectContaining({ code: 'concurrency_limited' }))
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

  it('write nothing to the table without a quota for the day', async () => {
    const { state, use, limits, askTimes } = startLimits()
    limits.set({ requestsPerSecond: 10 })
    state.inTable = -1
    expect(askTimes(3)).toBe(3)
    await use.sum()
    expect(state.inTable).toBe(-1)
  })

  it('take back the charges of a request, but not against limits set since', async () => {
    const { state, use, limits, askTimes } = startLimits()
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
    const { state, use, limits, askTimes } = startLimits()
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
    const { state, use, limits, askTimes } = startLimits()
    limits.set({ requestsPerDay: 10 })
    askTimes(4)
    state.isTableDown = true
    await use.sum()
    expect(use.of('d')).toBe(4)
    state.isTableDown = false
    await use.sum()
    expect(state.inTable).toBe(4)
  })

  it('are reported in headers', () => {
    const { limits } = startLimits()
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
