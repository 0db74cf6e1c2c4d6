import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CutInput, costOf, cutBatch as cut, type Sized } from '../../../../gpu-service/batcher/cut-batch.ts'
import { windowOf } from '../../../../gpu-service/batcher/take-next.ts'

const limits = { costMax: 384, itemsMax: 64, wasteMax: 0.1, runMsMax: 50 }

/** Cuts from a queue whose speed is not known, unless told otherwise. */
const cutBatch = <Entry extends Sized>({ queue, ...input }: { queue: readonly Entry[] } & Partial<CutInput<Entry>>) =>
  cut({
    window: queue.slice(0, windowOf(limits)),
    waiting: queue.length,
    waitingMs: 1000,
    limits,
    freeEngines: 1,
    predictMs: () => 0,
    ...input,
  })

const sized = (sizes: number[]) => sizes.map((size, id) => ({ id, size }))
const queues = fc.array(fc.integer({ min: 1, max: 512 }), { minLength: 1, maxLength: 200 }).map(sized)

describe('cutBatch', () => {
  it('starts with the oldest, keeps to the cost, padding and share limits, and keeps the order of equal sizes, for any queue', () => {
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 8 }), (queue, freeEngines) => {
        const batch = cutBatch({ queue, freeEngines })
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
    const batch = cutBatch({ queue: sized([20, 200, 21, 19, 100, 20]) })
    expect(batch.map(({ size }) => size)).toEqual([20, 20, 21, 19])
  })

  it('runs an item over the cost limit by itself', () => {
    const batch = cutBatch({ queue: sized([500, 500]) })
    expect(batch.map(({ id }) => id)).toEqual([0])
  })

  it('leaves an even share to the other free engines', () => {
    expect(cutBatch({ queue: sized([8, 8, 8, 8, 8]), freeEngines: 2 })).toHaveLength(3)
  })

  it('never mixes groups, and gives each group an even share of the free engines', () => {
    const queue = Array.from({ length: 20 }, (_, id) => ({ id, size: 10, group: id % 2 ? 'b' : 'a' }))
    expect(cutBatch({ queue }).map(({ id }) => id)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    expect(cutBatch({ queue, freeEngines: 2 }).map(({ id }) => id)).toEqual([0, 2, 4, 6, 8])
  })

  it('stops before the run would take longer than the limit', () => {
    const predictMs = ({ items, longest }: { items: number; longest: number }) => 1 + items * longest
    expect(cutBatch({ queue: sized(Array(30).fill(10)), predictMs })).toHaveLength(4)
    expect(cutBatch({ queue: sized([70, 10, 10]), predictMs })).toHaveLength(1)
  })

  it('skips a longer item that would take too long, and takes a shorter one further from the first in length', () => {
    const predictMs = ({ items, longest }: { items: number; longest: number }) => items * longest
    const batch = cutBatch({ queue: sized([20, 22, 17]), limits: { ...limits, runMsMax: 42 }, predictMs })
    expect(batch.map(({ size }) => size)).toEqual([20, 17])
  })

  it('halves what would else be a full run and a small remainder, for each of the free engines', () => {
    const predictMs = ({ items, longest }: { items: number; longest: number }) => 1 + items * longest
    expect(cutBatch({ queue: sized(Array(6).fill(10)), predictMs })).toHaveLength(3)
    expect(cutBatch({ queue: sized(Array(12).fill(10)), predictMs, freeEngines: 2 })).toHaveLength(3)
    expect(cutBatch({ queue: sized(Array(6).fill(90)) })).toHaveLength(3)
    expect(cutBatch({ queue: sized(Array(12).fill(90)), freeEngines: 2 })).toHaveLength(3)
  })

  it('runs a short queue in parts unless a full run is much cheaper', () => {
    const perItem = ({ items, longest }: { items: number; longest: number }) => items * longest
    const fixed = ({ longest }: { items: number; longest: number }) => longest
    const queue = sized(Array(4).fill(10))
    expect(cutBatch({ queue, waitingMs: 40, predictMs: perItem })).toHaveLength(3)
    expect(cutBatch({ queue, waitingMs: 40, predictMs: fixed })).toHaveLength(4)
  })

  it('still batches if one item alone exceeds the time limit, as long as more items add little time', () => {
    const queue = sized(Array(20).fill(10))
    const fixed = ({ items }: { items: number }) => 60 + items
    const perItem = ({ items }: { items: number }) => 60 * items
    expect(cutBatch({ queue, predictMs: fixed })).toHaveLength(20)
    expect(cutBatch({ queue, predictMs: ({ items }) => 60 + 5 * items })).toHaveLength(7)
    expect(cutBatch({ queue, predictMs: perItem })).toHaveLength(1)
  })

  it('pads further only if the larger run makes each unit of work cheaper', () => {
    const queue = sized([20, 40, 30])
    const steep = ({ items, longest }: { items: number; longest: number }) => items * longest * 0.1
    const flat = ({ items, longest }: { items: number; longest: number }) => 20 + items * longest * 0.01
    expect(cutBatch({ queue, predictMs: steep }).map(({ size }) => size)).toEqual([20])
    expect(cutBatch({ queue, predictMs: flat }).map(({ size }) => size)).toEqual([20, 30, 40])
  })

  it('takes none from the younger half of the queue ahead of older ones of other sizes, unless that saves much time', () => {
    const unlike = Array.from({ length: 38 }, () => 90)
    const queue = sized([10, ...unlike, 10, 10, ...unlike, 10, 10])
    const steep = ({ items, longest }: { items: number; longest: number }) => 0.1 + items * longest * 0.1
    const flat = ({ items, longest }: { items: number; longest: number }) => 5 + items * longest * 0.01
    expect(cutBatch({ queue, predictMs: steep }).map(({ id }) => id)).toEqual([0, 39, 40])
    expect(cutBatch({ queue, predictMs: flat }).map(({ id }) => id)).toEqual([0, 39, 40, 79, 80])
    expect(cutBatch({ queue }).map(({ id }) => id)).toEqual([0, 39, 40, 79, 80])
  })

  it('takes all that wait if each further item costs hardly any time', () => {
    const long = { ...limits, costMax: 4096 }
    const predictMs = ({ items }: { items: number }) => 10 + 0.05 * items
    expect(cutBatch({ queue: sized(Array(64).fill(21)), limits: long, predictMs })).toHaveLength(64)
  })

  it('fills a run up to its item limit, even if that exceeds the usual window', () => {
    const wide = { ...limits, costMax: 4096, itemsMax: 1024 }
    const window = sized(Array(windowOf(wide)).fill(1))
    expect(cutBatch({ queue: window, window, waiting: 5000, limits: wide })).toHaveLength(1024)
    expect(cutBatch({ queue: window, window, waiting: 5000, limits: wide, freeEngines: 4 })).toHaveLength(1024)
  })

  it('cuts an empty batch from an empty queue', () => {
    expect(cutBatch({ queue: [] })).toEqual([])
  })
})
