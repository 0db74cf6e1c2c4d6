import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutRuns } from '../../../../gpu-service/batcher/cut-runs.ts'
import { AppError } from '../../../../shared/errors.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

/** One millisecond per unit of size. */
const predictMs = ({ longest }: { longest: number }) => longest
const sized = (sizes: number[]) => sizes.map((size) => ({ size }))

const about = (value: number) => expect.closeTo(value, 3)

const limits = {
  ...{ costMax: 384, itemsMax: 1, wasteMax: 0.1, runMsMax: 50 },
  ...{ queuedMax: 100, waitMsMax: 1000, engineMsMax: 60_000 },
}

describe('inputs that each need a run of their own', () => {
  it('are handed over oldest first, at most 25 ms of work at a time, and leave the other engines their share', () => {
    const queues = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 60 }).map(sized)
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 4 }), (window, freeEngines) => {
        const runs = cutRuns({ window, waiting: window.length, freeEngines, predictMs })
        expect(runs).toEqual(window.slice(0, runs.length))
        expect(runs.length).toBeGreaterThan(0)
        expect(runs.length).toBeLessThanOrEqual(Math.ceil(window.length / freeEngines))
        const togetherMs = runs.reduce((total, { size }) => total + size, 0)
        if (runs.length > 1) expect(togetherMs).toBeLessThanOrEqual(25)
      }),
      { seed: 20261121 },
    )
  })

  it('are shared evenly by the free engines if all fit into one hand-over', () => {
    const window = sized(Array(10).fill(1))
    for (const [freeEngines, count] of [
      [1, 10],
      [2, 5],
      [3, 4],
    ] as const)
      expect(cutRuns({ window, waiting: 10, freeEngines, predictMs })).toHaveLength(count)
  })

  it('are handed over one by one until their run time is known', () => {
    expect(cutRuns({ window: sized([1, 1, 1]), waiting: 3, freeEngines: 1, predictMs: () => 0 })).toHaveLength(1)
  })

  it('are answered together, and a failing one fails alone, without rerunning the others', async () => {
    const { batcher, runs, counts, pull } = manualBatcher<string>({ limits })
    batcher.learn({ cost: 1, runMs: 5 })
    const answers = ['a', 'bad', 'c'].map((input) => batcher.submit(input).catch((error: AppError) => error))
    void pull()
    expect(runs.map(({ inputs }) => inputs)).toEqual([['a'], ['bad'], ['c']])
    void runs[0]?.finish()
    void runs[1]?.fail(new Error('the input is out of range'))
    await runs[2]?.finish()
    const [a, bad, c] = await Promise.all(answers)
    expect([a, c]).toMatchObject([
      { output: 'a', batchSize: 1 },
      { output: 'c', batchSize: 1 },
    ])
    expect(bad).toBeInstanceOf(AppError)
    expect(counts).toMatchObject({ answered: 2, failed: 1, split: 0 })
  })

  it('are announced to the engine as a group, all but the last', async () => {
    const more: (boolean | undefined)[] = []
    const { batcher, pull } = manualBatcher<string>({
      limits,
      run: async (inputs, _engine, how) => {
        more.push(how?.more)
        return [...inputs]
      },
    })
    batcher.learn({ cost: 1, runMs: 5 })
    for (const count of [3, 1]) {
      void batcher.submitAll(Array(count).fill('a'))
      await pull()
    }
    expect(more).toEqual([true, true, undefined, undefined])
  })

  it('are measured and reported individually, not as the total of the group', async () => {
    const clock = { nowMs: 0 }
    const ends: (() => void)[] = []
    const { batcher, pull } = manualBatcher<string>({
      limits,
      sizeOf: (input) => input.length,
      now: () => clock.nowMs,
      run: (inputs, _engine, how) =>
        new Promise((resolve) => {
          how?.watch?.began()
          ends.push(() => {
            how?.watch?.ran(inputs[0]?.length ?? 0)
            resolve([...inputs])
          })
        }),
    })
    batcher.learn({ cost: 1, runMs: 1 })
    const answers = ['a', 'four', 'a', 'four'].map((input) => batcher.submit(input))
    void pull()
    // Ten in the engine, and two for the handover.
    clock.nowMs = 12
    for (const end of ends) end()
    expect((await Promise.all(answers)).map(({ runMs }) => runMs)).toEqual([1.2, 4.8, 1.2, 4.8].map(about))
  })
})
