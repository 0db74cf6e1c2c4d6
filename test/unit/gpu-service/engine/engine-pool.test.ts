import { describe, expect, it } from 'vitest'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import type { WorkSource } from '../../../../gpu-service/engine/work-source.ts'
import { instantEngine } from '../support/instant-engine.ts'
import { settled } from '../support/manual-batcher.ts'

/** A queue of arrival times; a run ends when the test ends it. */
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
  it('gives a free engine to the model that has used it least, and among equals to the one waiting longest', async () => {
    const log: string[] = []
    let nowMs = 0
    const [a, b] = [source([1, 2, 3, 4], log, 'a'), source([2, 5], log, 'b')]
    const pool = new EnginePool({ engines: [instantEngine()], now: () => nowMs })
    pool.add(b)
    pool.add(a)
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

  it('serves a model that was idle after one more run of the busy one, however much is queued there', async () => {
    const log: string[] = []
    let nowMs = 0
    const lateArrivals: number[] = []
    const [busy, late] = [source([1, 2, 3, 4, 5, 6], log, 'busy'), source(lateArrivals, log, 'late')]
    const pool = new EnginePool({ engines: [instantEngine()], now: () => nowMs })
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

  it('shares evenly with a newcomer, even if the other model had the engine to itself for an hour', async () => {
    const log: string[] = []
    let nowMs = 0
    const oldArrivals: number[] = []
    const newArrivals: number[] = []
    const [old, added] = [source(oldArrivals, log, 'old'), source(newArrivals, log, 'new')]
    const pool = new EnginePool({ engines: [instantEngine()], now: () => nowMs })
    for (const one of [old, added]) pool.add(one)
    for (let second = 0; second < 3600; second++) {
      oldArrivals.push(second)
      pool.wake()
      await settled()
      nowMs += 10
      old.end()
      await settled()
    }
    log.length = 0
    newArrivals.push(1, 2, 3, 4, 5, 6)
    pool.wake()
    await settled()
    oldArrivals.push(1, 2, 3)
    for (let run = 0; run < 5; run++) {
      nowMs += 10
      const running = log.at(-1)?.startsWith('old') ? old : added
      running.end()
      await settled()
    }
    expect(log).toEqual(['new1', 'old1', 'new2', 'old2', 'new3', 'old3'])
  })

  it('skips a queue that cannot run yet, and runs it once it can and wakes the pool', async () => {
    const log: string[] = []
    let isRunnable = false
    const [absent, present] = [source([1], log, 'absent'), source([2], log, 'present')]
    Object.defineProperty(absent, 'isRunnable', { get: () => isRunnable })
    const pool = new EnginePool({ engines: [instantEngine(), instantEngine()] })
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
    const pool = new EnginePool({ engines: [instantEngine(), instantEngine()] })
    pool.add(source([1, 2, 3], log, 'a'))
    pool.wake()
    await settled()
    expect(log).toEqual(['a1', 'a2'])
  })

  it('predicts the wait of a model from its own backlog, not from that of others', () => {
    const pool = new EnginePool({ engines: [instantEngine()] })
    const [crowded, quiet] = [source([1], [], 'a'), { ...source([], [], 'b'), backlogMs: 0, headSinceMs: undefined }]
    pool.add({ ...crowded, backlogMs: 60_000, headSinceMs: 1 })
    pool.add(quiet)
    expect(pool.waitMs(quiet, 0)).toBe(0)
  })

  it('shares the engines by weight', async () => {
    const log: string[] = []
    let nowMs = 0
    const arrivals = () => Array.from({ length: 30 }, (_, at) => at)
    const heavy = source(arrivals(), log, 'heavy')
    Object.defineProperty(heavy, 'weight', { value: 3 })
    const light = source(arrivals(), log, 'light')
    const pool = new EnginePool({ engines: [instantEngine()], now: () => nowMs })
    pool.add(heavy)
    pool.add(light)
    pool.wake()
    for (let run = 0; run < 20; run++) {
      await settled()
      nowMs += 10
      const running = log.at(-1)?.startsWith('heavy') ? heavy : light
      running.end()
    }
    expect(log.slice(0, 20).filter((name) => name.startsWith('heavy'))).toHaveLength(15)
  })

  it('gives a newcomer its weight from when it comes, not for the time before', async () => {
    const log: string[] = []
    let nowMs = 0
    const newArrivals: number[] = []
    const [old, added] = [source([...Array(50).keys()], log, 'old'), source(newArrivals, log, 'new')]
    Object.defineProperty(added, 'weight', { value: 3 })
    const pool = new EnginePool({ engines: [instantEngine()], now: () => nowMs })
    pool.add(old)
    pool.add(added)
    pool.wake()
    for (let run = 0; run < 40; run++) {
      await settled()
      nowMs += 10
      if (run === 20) newArrivals.push(...Array(50).keys())
      const running = log.at(-1)?.startsWith('new') ? added : old
      running.end()
    }
    const since = log.slice(log.indexOf('new0'))
    expect(since.slice(0, 16).filter((name) => name.startsWith('new'))).toHaveLength(12)
  })

  it('charges for runs in progress, so that a long one does not get a second engine before the others', async () => {
    const log: string[] = []
    let nowMs = 0
    const [long, short] = [source([1, 2, 3], log, 'long'), source([4, 5, 6], log, 'short')]
    const pool = new EnginePool({ engines: [instantEngine(), instantEngine()], now: () => nowMs })
    pool.add(long)
    pool.add(short)
    pool.wake()
    await settled()
    expect(log).toEqual(['long1', 'short4'])
    for (let run = 0; run < 2; run++) {
      nowMs += 10
      short.end()
      await settled()
    }
    expect(log).toEqual(['long1', 'short4', 'short5', 'short6'])
  })

  it('predicts a wait from the share of the engines, or from the whole backlog if that is less', () => {
    const pool = new EnginePool({ engines: [instantEngine(), instantEngine()] })
    const one = { ...source([1], [], 'a'), headSinceMs: 1, backlogMs: 1000 }
    const other = { ...source([1], [], 'b'), headSinceMs: 1, backlogMs: 100 }
    pool.add(one)
    pool.add(other)
    expect(pool.waitMs(other, 100)).toBe(100)
    expect(pool.waitMs(one, 1000)).toBe(550)
  })
})
