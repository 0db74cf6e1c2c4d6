import { expect, it } from 'vitest'
import { TokenBucket } from '../../../../gpu-service/deployments/token-bucket.ts'

it('keeps its level and goes on filling when the clock is set back', () => {
  const state = { nowMs: 10_000_000 }
  const bucket = new TokenBucket({ now: () => state.nowMs, perSecond: 10, burst: 10, debtMax: 0 })
  bucket.take(4)
  state.nowMs -= 3_600_000
  expect(bucket.level).toBe(6)
  state.nowMs += 200
  expect(bucket.level).toBeCloseTo(8)
})

it('gives back no more than it lost: what was beyond its limit of debt was never taken', () => {
  const bucket = new TokenBucket({ now: () => 0, perSecond: 10, burst: 10, debtMax: 20 })
  const taken = bucket.take(1000)
  expect([taken, bucket.level]).toEqual([30, -20])
  bucket.giveBack(taken)
  expect(bucket.level).toBe(10)
  expect([bucket.take(25), bucket.take(25), bucket.level]).toEqual([25, 5, -20])
  bucket.giveBack(5)
  expect(bucket.level).toBe(-15)
  bucket.giveBack(1000)
  expect(bucket.level).toBe(10)
})

it('fills at the old rate until the moment the rate is changed', () => {
  const state = { nowMs: 0 }
  const bucket = new TokenBucket({ now: () => state.nowMs, perSecond: 1, burst: 10, debtMax: 0 })
  bucket.take(10)
  state.nowMs += 5000
  bucket.set({ perSecond: 1000, burst: 1000, debtMax: 0 })
  expect(bucket.level).toBe(5)
})
