import { describe, expect, it } from 'vitest'
import type { BatchLimits } from '../../../../gpu-service/batcher/cut-batch.ts'
import { MemoryBound } from '../../../../gpu-service/batcher/memory-bound.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const minuteMs = 60_000
const short = new Error('BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 9')

/** A model whose runs fit in memory up to a number of items. */
function scarce() {
  const state = { membersMax: 5, poison: '' }
  const started = manualBatcher<string>({ limits: { costMax: 16, itemsMax: 64 } })
  const { batcher, runs, pull } = started
  let ended = 0
  /** Submits this many items at once; returns the size of each run. */
  const runsOf = async (count: number) => {
    const before = runs.length
    const answers = Array.from({ length: count }, (_, at) => batcher.submit(at === 0 ? state.poison : `${at}`))
    const all = Promise.allSettled(answers)
    while (batcher.depth > 0) {
      const working = pull()
      for (; ended < runs.length; ended++) {
        const run = runs[ended]
        const fits = run !== undefined && run.inputs.length <= state.membersMax && !run.inputs.includes('poison')
        await (fits ? run.finish() : run?.fail(short))
      }
      await working
    }
    await all
    return runs.slice(before).map(({ inputs }) => inputs.length)
  }
  return { ...started, state, runsOf }
}

describe('a model that runs out of memory', () => {
  it('gets smaller runs from then on, rather than being halved again each time', async () => {
    const { runsOf, counts, state } = scarce()
    expect(await runsOf(16)).toEqual([16, 8, 4, 4, 8, 4, 4])
    expect(counts.split).toBe(3)
    for (let times = 0; times < 5; times++) expect(Math.max(...(await runsOf(16)))).toBe(state.membersMax - 1)
    expect(counts.split).toBe(3)
  })

  it('gets larger runs again after some minutes, and remembers the size that still fails', async () => {
    const { runsOf, clock, counts, state } = scarce()
    await runsOf(16)
    clock.nowMs += minuteMs
    expect(Math.max(...(await runsOf(16)))).toBeLessThanOrEqual(state.membersMax)
    clock.nowMs += 4 * minuteMs
    expect(Math.max(...(await runsOf(16)))).toBeGreaterThan(state.membersMax)
    const { split } = counts
    expect(Math.max(...(await runsOf(16)))).toBeLessThanOrEqual(state.membersMax)
    expect(counts.split).toBe(split)
    state.membersMax = 16
    clock.nowMs += 15 * minuteMs
    expect(Math.max(...(await runsOf(40)))).toBe(16)
  })

  it('gets no larger runs because one that began before them ran out, too', () => {
    const memory = new MemoryBound()
    const costMax = () => memory.within({ costMax: 64 } as BatchLimits, 0).costMax
    memory.learn({ costMin: 16, isOfInput: false }, 0)
    expect(costMax()).toBe(8)
    memory.learn({ costMin: 64, isOfInput: false }, 0)
    expect(costMax()).toBe(8)
  })

  it('keeps its run size if a run failed for another reason', async () => {
    const { batcher, runs, pull } = manualBatcher<string>({ limits: { costMax: 16, itemsMax: 64 } })
    const submit = () => void batcher.submitAll(Array.from({ length: 8 }, (_, at) => `${at}`))
    submit()
    void pull()
    await runs[0]?.fail(new Error('the device was busy'))
    for (const half of [1, 2]) await runs[half]?.finish()
    submit()
    void pull()
    expect(runs.slice(0, 3).map(({ inputs }) => inputs.length)).toEqual([8, 4, 4])
    expect(runs[3]?.inputs.length).toBeGreaterThan(4)
  })

  it('keeps its run size if only one input does not fit, even alone', async () => {
    const { runsOf, state, counts } = scarce()
    state.membersMax = 16
    state.poison = 'poison'
    expect(await runsOf(8)).toEqual([8, 4, 2, 1, 1, 2, 4])
    expect(counts.failed).toBe(1)
    state.poison = ''
    expect(Math.max(...(await runsOf(16)))).toBeGreaterThanOrEqual(12)
  })
})
