import { describe, expect, it } from 'vitest'
import { CostModel, type RunShape } from '../../../../gpu-service/batcher/cost-model.ts'
import { shareOfRun } from '../../../../gpu-service/batcher/share-of-run.ts'

const limits = { costMax: 16_384, itemsMax: 512, wasteMax: 0.1, runMsMax: 100 }

/** Warmed up with runs of up to `itemsMax` items. */
function warmed(msOf: (shape: RunShape) => number, itemsMax: number): CostModel {
  const costs = new CostModel()
  for (const longest of [8, 32, 128])
    for (let items = 1; items <= itemsMax; items *= 4) costs.learn({ items, longest, runMs: msOf({ items, longest }) })
  return costs
}

const onGpu = ({ items, longest }: RunShape) => 3 + 0.001 * items * longest
const onCpu = ({ items, longest }: RunShape) => 0.5 + 0.2 * items * longest
const work = (items: number) => ({ items, units: items * 20 })

describe('shareOfRun', () => {
  it('is small if a large run takes hardly longer than one item, and one if batching gains nothing', () => {
    expect(shareOfRun({ work: work(200), limits, costs: warmed(onGpu, 64) })).toBeLessThan(0.05)
    expect(shareOfRun({ work: work(1), limits, costs: warmed(onGpu, 64) })).toBeGreaterThanOrEqual(1)
    expect(shareOfRun({ work: work(200), limits, costs: warmed(onCpu, 64) })).toBeGreaterThan(1)
  })

  it('does not count on runs far larger than those measured', () => {
    expect(shareOfRun({ work: work(200), limits, costs: warmed(onGpu, 1) })).toBeGreaterThan(0.5)
  })

  it('does not count on runs longer than the limit', () => {
    const short = { ...limits, runMsMax: 4 }
    expect(shareOfRun({ work: work(200), limits: short, costs: warmed(onGpu, 64) })).toBeGreaterThan(0.02)
  })

  it('does not count on runs over the cost limit', () => {
    const narrow = { ...limits, costMax: 40 }
    expect(shareOfRun({ work: work(200), limits: narrow, costs: warmed(onGpu, 64) })).toBeGreaterThan(0.5)
  })

  it('assumes no gain while the speed is unknown', () => {
    expect(shareOfRun({ work: work(200), limits, costs: new CostModel() })).toBe(1)
    expect(shareOfRun({ work: { items: 0, units: 0 }, limits, costs: warmed(onGpu, 64) })).toBeGreaterThanOrEqual(1)
  })
})
