import { describe, expect, it } from 'vitest'
import { manualBatcher, settled } from '../support/manual-batcher.ts'

describe('admission control', () => {
  it('refuses work whose predicted wait is too long, and says when to retry', async () => {
    const { batcher, counts } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 10, runMs: 100 })
    void batcher.submit(150)
    await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded', status: 429, retryAfterSeconds: 1.5 })
    expect(counts.refused).toBe(1)
  })

  it('always lets a few runs queue, however slow they are, and lets a larger request wait longer', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 1, runMs: 2000 })
    const first = batcher.submit(1)
    void pull()
    clock.nowMs += 2000
    await runs[0]?.finish()
    await first
    for (let item = 0; item < 8; item++) void batcher.submit(1).catch(() => {})
    await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded' })
    const { depth } = batcher
    expect(depth).toBeGreaterThanOrEqual(4)
    void batcher.submit(1, { patience: 2 }).catch(() => {})
    expect(batcher.depth).toBe(depth + 1)
  })

  it('gives a small request no extra patience for claiming to be large, as a padded body does', async () => {
    const { batcher } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 10, runMs: 10 })
    batcher.learn({ cost: 1000, runMs: 1000 })
    for (let item = 0; item < 12; item++) void batcher.submit(100, { tenant: 'busy', patience: 4 }).catch(() => {})
    const { depth } = batcher
    expect(batcher.backlogMs).toBeGreaterThan(1100)
    const busy = { tenant: 'busy', patience: 4 }
    await expect(batcher.submit(10, busy)).rejects.toMatchObject({ code: 'overloaded' })
    expect(batcher.depth).toBe(depth)
    void batcher.submitAll(Array<number>(10).fill(100), busy)
    expect(batcher.depth).toBe(depth + 10)
  })

  it('refuses nothing until the speed of the model is known', async () => {
    const { batcher } = manualBatcher<number>({ sizeOf: (size) => size })
    for (let i = 0; i < 100; i++) void batcher.submit(1_000_000)
    expect(batcher.depth).toBe(100)
  })

  it('admits all inputs of a request or none', async () => {
    const { batcher } = manualBatcher<number>({
      limits: { itemsMax: 8, queuedMax: 10 },
    })
    void batcher.submitAll([1, 2, 3])
    await expect(batcher.submitAll([1, 2, 3, 4, 5, 6, 7, 8])).rejects.toMatchObject({ code: 'overloaded' })
    expect(batcher.depth).toBe(3)
  })

  it('takes a request of any size while the queue is empty', () => {
    const { batcher } = manualBatcher<number>({
      limits: { itemsMax: 8, queuedMax: 10 },
    })
    void batcher.submitAll(Array.from({ length: 50 }, (_, i) => i))
    expect(batcher.depth).toBe(50)
  })

  it('refuses a request that would keep the engines busy for longer than the limit', async () => {
    const { batcher, counts } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 10, runMs: 100 })
    const tooMuch = batcher.submitAll(Array.from({ length: 100 }, () => 100))
    await expect(tooMuch).rejects.toMatchObject({ code: 'request_too_costly', status: 413 })
    expect(counts.refused).toBe(100)
    void batcher.submitAll([100, 100])
    expect(batcher.depth).toBe(2)
  })

  it('does not mistake a busy event loop for a slow engine', async () => {
    const clock = { nowMs: 0 }
    let end = () => {}
    const { batcher, pull } = manualBatcher<string>({
      now: () => clock.nowMs,
      run: (inputs, _engine, how) =>
        new Promise((resolve) => {
          how?.watch?.began()
          end = () => {
            how?.watch?.ran(1)
            resolve([...inputs])
          }
        }),
    })
    batcher.learn({ cost: 1, runMs: 1 })
    for (let run = 0; run < 5; run++) {
      const answer = batcher.submit('warm')
      void pull()
      clock.nowMs += 400
      end()
      expect((await answer).runMs).toBe(3)
    }
    const refused: unknown[] = []
    // Each waits for those ahead of it: 300 ms in total, within the limit of 1000 ms; counting the late answers it
    // would be 12 s.
    for (let one = 0; one < 100; one++) batcher.submit('one of many').catch((error) => refused.push(error))
    await settled()
    expect(refused).toEqual([])
    expect(batcher.depth).toBe(100)
  })
})
