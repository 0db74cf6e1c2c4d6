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
  it('gives a free engine to the model whose head has waited longest', async () => {
    const log: string[] = []
    const [a, b] = [source([1, 4], log, 'a'), source([2, 3], log, 'b')]
    const pool = new EnginePool({ engines: [engine()] })
    pool.add(a)
    pool.add(b)
    pool.wake()
    for (const running of [a, b, b, a]) {
      await settled()
      running.end()
    }
    await settled()
    expect(log).toEqual(['a1', 'b2', 'b3', 'a4'])
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
})
