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
