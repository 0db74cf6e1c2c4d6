import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UpstreamCache } from '../../../../functions/hub/mirror/upstream-cache.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

const now = () => new Date()
const read = async () => 'content'

describe('the cache of the upstream Hub', () => {
  it('drops entries when they expire, even without requests', async () => {
    const cache = new UpstreamCache<string>({ itemsMax: 10, now })
    await cache.get({ key: 'soon', lifeMs: 40_000, read })
    await cache.get({ key: 'later', lifeMs: 100_000, read })
    await vi.advanceTimersByTimeAsync(39_000)
    expect(cache.size).toBe(2)
    await vi.advanceTimersByTimeAsync(31_000)
    expect(cache.size).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(cache.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is swept again after new entries', async () => {
    const cache = new UpstreamCache<string>({ itemsMax: 10, now })
    for (let round = 0; round < 2; round++) {
      await cache.get({ key: 'a', lifeMs: 1000, read })
      await vi.advanceTimersByTimeAsync(60_000)
      expect(cache.size).toBe(0)
    }
  })
})
