import { describe, expect, it } from 'vitest'
import { CostModel, type RunShape } from '../../../../gpu-service/batcher/cost-model.ts'
import { seededRandom } from '../../../bench/sentences.ts'

/** MiniLM fp32 on one core, as measured: 4.5 ms for 16 tokens, 28 for 8 × 16, 30 for 128. */
const minilm = ({ items, longest }: RunShape) => 1.1 + items * longest * (0.2 + 0.0003 * longest)

const warmUp = [
  { items: 1, longest: 1 },
  { items: 16, longest: 24 },
  { items: 3, longest: 128 },
]

function learnt(shapes: RunShape[], msOf: (shape: RunShape) => number): CostModel {
  const model = new CostModel()
  for (const shape of shapes) model.learn({ ...shape, runMs: msOf(shape) })
  return model
}

describe('CostModel', () => {
  it('predicts nothing before it has seen a run', () => {
    expect(new CostModel().predictMs({ items: 8, longest: 100 })).toBe(0)
  })

  it('predicts shapes that the warm-up did not run to within a tenth', () => {
    const model = learnt(warmUp, minilm)
    for (const shape of [
      { items: 1, longest: 16 },
      { items: 8, longest: 32 },
      { items: 32, longest: 12 },
      { items: 1, longest: 256 },
    ])
      expect(model.predictMs(shape) / minilm(shape)).toBeCloseTo(1, 1)
  })

  it('scales time with cost if it has seen only one shape', () => {
    const model = learnt([{ items: 4, longest: 10 }], () => 20)
    expect(model.predictMs({ items: 8, longest: 10 })).toBeCloseTo(40)
  })

  it('follows a machine that gets slower, at every shape', () => {
    const model = learnt(warmUp, minilm)
    const random = seededRandom(1)
    for (let run = 0; run < 100; run++) {
      const shape = { items: 1 + Math.floor(random() * 8), longest: 8 + Math.floor(random() * 40) }
      model.observe({ ...shape, runMs: 2 * minilm(shape) })
    }
    expect(model.predictMs({ items: 4, longest: 32 }) / minilm({ items: 4, longest: 32 })).toBeCloseTo(2, 1)
    expect(model.predictMs({ items: 1, longest: 128 }) / minilm({ items: 1, longest: 128 })).toBeGreaterThan(1.7)
  })

  it('is hardly moved by one pause of the process', () => {
    const model = learnt(warmUp, minilm)
    const shape = { items: 8, longest: 24 }
    for (let run = 0; run < 20; run++) model.observe({ ...shape, runMs: minilm(shape) })
    model.observe({ ...shape, runMs: 5000 })
    expect(model.predictMs(shape) / minilm(shape)).toBeLessThan(1.15)
  })

  it('stays within a quarter of the true time if runs are noisy and 3% of them take ten times too long', () => {
    const random = seededRandom(5)
    const model = learnt(warmUp, minilm)
    for (let run = 0; run < 500; run++) {
      const shape = { items: 1 + Math.floor(random() * 16), longest: 4 + Math.floor(random() * 120) }
      const noise = random() < 0.03 ? 10 : 0.8 + random() * 0.4
      model.observe({ ...shape, runMs: minilm(shape) * noise })
    }
    for (const shape of [
      { items: 1, longest: 10 },
      { items: 10, longest: 20 },
      { items: 3, longest: 100 },
    ]) {
      expect(model.predictMs(shape) / minilm(shape)).toBeGreaterThan(0.75)
      expect(model.predictMs(shape) / minilm(shape)).toBeLessThan(1.25)
    }
  })

  it('tracks a GPU, whose small runs all take the same time, as the machine slows down and speeds up', () => {
    const random = seededRandom(5)
    const onGpu = ({ items, longest }: RunShape) =>
      Math.max(3, 0.5 + 0.0008 * items * longest) + 1e-6 * items * longest ** 2
    const model = learnt([...warmUp, { items: 32, longest: 512 }], onGpu)
    const mixed = () => ({ items: 1 + Math.floor(random() * 64), longest: 8 + Math.floor(random() ** 2 * 500) })
    const long = () => ({ items: 32, longest: 480 + Math.floor(random() * 32) })
    for (const [shapeOf, slower] of [
      [mixed, 1],
      [long, 1],
      [mixed, 3],
      [mixed, 1],
    ] as const) {
      const off: number[] = []
      for (let run = 0; run < 2000; run++) {
        const shape = shapeOf()
        const runMs = slower * onGpu(shape)
        if (run > 200) off.push(Math.exp(Math.abs(Math.log(model.predictMs(shape) / runMs))))
        model.observe({ ...shape, runMs: runMs * (0.8 + random() * 0.4) })
      }
      expect(off.sort((a, b) => a - b)[Math.floor(off.length * 0.95)]).toBeLessThan(1.4)
    }
  })

  it('averages what several engines measure for the same warm-up shape', () => {
    const model = new CostModel()
    for (const slower of [1, 2, 3]) for (const shape of warmUp) model.learn({ ...shape, runMs: slower * minilm(shape) })
    for (const shape of warmUp) expect(model.predictMs(shape) / minilm(shape)).toBeCloseTo(2, 1)
  })

  it('remembers the times of other shapes through thousands of runs of one shape', () => {
    const random = seededRandom(3)
    const model = learnt(warmUp, minilm)
    const [busy, lone] = [
      { items: 10, longest: 21 },
      { items: 1, longest: 21 },
    ]
    for (let run = 0; run < 5000; run++) {
      model.observe({ ...busy, items: 9 + Math.floor(random() * 2), runMs: 3 * minilm(busy) * (0.7 + random() * 0.6) })
      if (run < 100) continue
      expect(model.predictMs(busy) / (3 * minilm(busy))).toBeCloseTo(1, 0)
      expect(model.predictMs(lone) / (3 * minilm(lone))).toBeGreaterThan(0.7)
      expect(model.predictMs(lone) / (3 * minilm(lone))).toBeLessThan(1.4)
    }
  })

  it('never predicts less time for more items', () => {
    const random = seededRandom(9)
    const model = new CostModel()
    for (let run = 0; run < 200; run++)
      model.observe({
        items: 1 + Math.floor(random() * 16),
        longest: 1 + Math.floor(random() * 300),
        runMs: random() * 100,
      })
    let before = 0
    for (let items = 1; items <= 64; items *= 2) {
      const predicted = model.predictMs({ items, longest: 50 })
      expect(predicted).toBeGreaterThanOrEqual(before)
      before = predicted
    }
  })
})
