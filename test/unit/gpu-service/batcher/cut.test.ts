import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf, cutBatch, windowOf } from '../../../../gpu-service/batcher/cut.ts'

const limits = { costMax: 384, itemsMax: 64, wasteMax: 0.1 }
const sized = (sizes: number[]) => sizes.map((size, id) => ({ id, size }))
const queues = fc.array(fc.integer({ min: 1, max: 512 }), { minLength: 1, maxLength: 200 }).map(sized)

describe('cutBatch', () => {
  it('keeps the oldest, the budget, the waste, the share and the order, for any queue', () => {
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 8 }), (queue, freeEngines) => {
        const batch = cutBatch({ queue, limits, freeEngines })
        const cost = costOf(batch)
        const real = batch.reduce((total, { size }) => total + size, 0)
        expect(batch[0]).toBe(queue[0])
        expect(new Set(batch).size).toBe(batch.length)
        expect(batch.every((entry) => queue.includes(entry))).toBe(true)
        if (batch.length > 1) expect(cost).toBeLessThanOrEqual(limits.costMax)
        expect(cost - real).toBeLessThanOrEqual(limits.wasteMax * cost)
        expect(batch.length).toBeLessThanOrEqual(Math.ceil(queue.length / freeEngines))
        const ofOneSize = batch.filter(({ size }) => size === batch[0]?.size).map(({ id }) => id)
        expect(ofOneSize).toEqual(ofOneSize.toSorted((a, b) => a - b))
      }),
      { seed: 20261120, numRuns: 500 },
    )
  })

  it('takes those nearest in length to the oldest, not the next in line', () => {
    const batch = cutBatch({ queue: sized([20, 200, 21, 19, 100, 20]), limits, freeEngines: 1 })
    expect(batch.map(({ size }) => size)).toEqual([20, 20, 21, 19])
  })

  it('runs an item that is over the budget by itself', () => {
    const batch = cutBatch({ queue: sized([500, 500]), limits, freeEngines: 1 })
    expect(batch.map(({ id }) => id)).toEqual([0])
  })

  it('leaves an even share to the other free engines', () => {
    expect(cutBatch({ queue: sized([8, 8, 8, 8, 8]), limits, freeEngines: 2 })).toHaveLength(3)
  })

  it('looks at no more than a window of the oldest, so that a long queue costs no more than a short one', () => {
    const beyond = {
      get size(): number {
        throw new Error('was looked at')
      },
    }
    const near = Array.from({ length: windowOf(limits) }, () => ({ size: 24 }))
    const batch = cutBatch({ queue: [...near, ...Array(8000).fill(beyond)], limits, freeEngines: 1 })
    expect(batch).toEqual(near.slice(0, limits.costMax / 24))
  })

  it('lets a run be as large as its limit, also where that is larger than the window', () => {
    const wide = { costMax: 4096, itemsMax: 1024, wasteMax: 0.1 }
    expect(cutBatch({ queue: sized(Array(5000).fill(1)), limits: wide, freeEngines: 1 })).toHaveLength(1024)
  })

  it('cuts nothing from nothing', () => {
    expect(cutBatch({ queue: [], limits, freeEngines: 1 })).toEqual([])
  })
})
