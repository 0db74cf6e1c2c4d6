import { describe, expect, it } from 'vitest'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool, type WorkSource } from '../../../../gpu-service/engine/engine-pool.ts'
import { settled } from '../support/lanes.ts'

const engine = (): Engine => ({
  load: () => Promise.resolve(),
  run: () => Promise.resolve({}),
  unload: () => Promise.resolve(),
  restored: () => Promise.resolve(),
  close: () => Promise.resolve(),
})

/** A queue of arrival times; a run ends when the test says so. */
function source(arrivals: number[], log: string[], name: string): WorkSource & { end: () => void } {
  const ends: (() => void)[] = []
  return {
    get headSinceMs() {
      return arrivals[0]
    },
    backlogMs: 30,
    work() {
      log.push(`${name}${arrivals.shift()}`)
      return new Promise((resolve) => ends.push(resolve))
    },
    idle: () => Promise.resolve(),
    end: () => ends.shift()?.(),
  }
}

describe('EnginePool', () => {
  it('gives a free engine to the model that has had the least of them, the one that waits longest first', async () => {
    const log: string[] = []
    let nowMs = 0
    const [a, b] = [source([1, 2, 3, 4], log, 'a'), source([2, 5], log, 'b')]
    const pool = new EnginePool({ engines: [engine()], now: () => nowMs })
    pool.add(a)
    pool.add(b)
    pool.wake()
    for (const [running, tookMs] of [
      [a, 100],
      [b, 1],
      [b, 1],
      [a, 100],
      [a, 100],
    ] as const) {
      await settled()
      nowMs += tookMs
      running.end()
    }
    await settled()
    expect(log).toEqual(['a1', 'b2', 'b5', 'a2', 'a3', 'a4'])
  })

  it('answers a model that was idle after one run of the other, however much waits there', async () => {
    const log: string[] = []
    let nowMs = 0
    const lateArrivals: number[] = []
    const [busy, late] = [source([1, 2, 3, 4, 5, 6], log, 'busy'), source(lateArrivals, log, 'late')]
    const pool = new EnginePool({ engines: [engine()], now: () => nowMs })
    pool.add(busy)
    pool.add(late)
    pool.wake()
    for (const running of [busy, busy, busy, late, late]) {
      await settled()
      nowMs += running === busy ? 100 : 10
      if (log.length === 2) lateArrivals.push(7, 8)
      running.end()
    }
    await settled()
    expect(log).toEqual(['busy1', 'busy2', 'busy3', 'late7', 'late8', 'busy4'])
  })

  it('leaves alone what cannot run yet, and runs it as soon as it is woken when it can', async () => {
    const log: string[] = []
    let isRunnable = false
    const [absent, present] = [source([1], log, 'absent'), source([2], log, 'present')]
    Object.defineProperty(absent, 'isRunnable', { get: () => isRunnable })
    const pool = new EnginePool({ engines: [engine(), engine()] })
    pool.add(absent)
    pool.add(present)
    pool.wake()
    await settled()
    expect(log).toEqual(['present2'])
    isRunnable = true
    pool.wake()
    await settled()
    expect(log).toEqual(['present2', 'absent1'])
  })

  it('uses every free engine at once', async () => {
    const log: string[] = []
    const pool = new EnginePool({ engines: [engine(), engine()] })
    pool.add(source([1, 2, 3], log, 'a'))
    pool.wake()
    await settled()
    expect(log).toEqual(['a1', 'a2'])
  })

  it('predicts the wait over all models and engines', () => {
    const pool = new EnginePool({ engines: [engine(), engine()] })
    pool.add(source([], [], 'a'))
    pool.add(source([], [], 'b'))
    expect(pool.backlogMs).toBe(30)
  })

  it('predicts for one model only what waits for it and its share of the engines', () => {
    const pool = new EnginePool({ engines: [engine()] })
    const [crowded, quiet] = [source([1], [], 'a'), { ...source([], [], 'b'), backlogMs: 0, headSinceMs: undefined }]
    pool.add({ ...crowded, backlogMs: 60_000, headSinceMs: 1 })
    pool.add(quiet)
    expect(pool.backlogMs).toBe(60_000)
    expect(pool.waitMs(quiet, 0)).toBe(0)
  })
})
