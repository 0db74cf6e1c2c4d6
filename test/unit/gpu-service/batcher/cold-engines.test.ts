import { describe, expect, it } from 'vitest'
import { ColdEngines } from '../../../../gpu-service/batcher/cold-engines.ts'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { simulatedService } from '../support/simulated-service.ts'

const limits = { itemsMax: 64, costMax: 64, waitMsMax: 250 }
const msOf = ({ items, longest }: { items: number; longest: number }) => 3 + 0.05 * items * longest
const coldMs = 80 * msOf({ items: 1, longest: 1 })

/** Engines whose first run takes 80 times as long as later ones. */
function coldly() {
  const ran = new Set<Engine>()
  return (engine: Engine) => (ran.has(engine) ? 1 : ran.add(engine) && 80)
}

/** Submits one item at each of these times; returns the waits of those answered. */
async function crowd(engines: number, arriveAtMs: readonly number[]) {
  const { time, batcher, tally } = simulatedService({ engines, msOf, noise: coldly(), isWarm: false, limits })
  const waits: number[] = []
  for (const [index, atMs] of arriveAtMs.entries())
    time.after(atMs, () => {
      const input = { size: 1, group: '', key: String(index), nature: 'harmless' } as const
      void batcher.submit(input).then(
        () => waits.push(time.nowMs - atMs),
        () => undefined,
      )
    })
  await time.runTo(Number.POSITIVE_INFINITY)
  return { waits, tally }
}

const evenly = (count: number, perSecond: number) => Array.from({ length: count }, (_, at) => (at * 1000) / perSecond)

describe('a model whose engines were not warmed up', () => {
  it.each([1, 2, 4])('answers its whole first crowd on %i engines if warm engines can keep up', async (engines) => {
    const { waits, tally } = await crowd(engines, evenly(1000, 1000))
    expect(tally.refused).toBe(0)
    expect(waits).toHaveLength(1000)
    expect(Math.max(...waits)).toBeLessThan(2 * coldMs)
  })

  it.each([1, 2, 4])(
    'does not take the slow first run of a lone request for its speed, on %i engines',
    async (engines) => {
      const together = Array.from({ length: 60 }, () => 1000)
      const { waits, tally } = await crowd(engines, [0, ...together, ...evenly(500, 500).map((atMs) => 1000 + atMs)])
      expect(tally.refused).toBe(0)
      expect(waits).toHaveLength(561)
      // Engines that had no work until now are still cold.
      expect(Math.max(...waits)).toBeLessThan(2 * coldMs)
    },
  )

  it('refuses excess work as soon as the speed of warm engines is known', async () => {
    const { waits, tally } = await crowd(1, evenly(60_000, 30_000))
    expect(tally.refused).toBeGreaterThan(1000)
    // What is admitted before the speed is known is bounded by the queue limit.
    expect(waits.length).toBeGreaterThan(8000)
  })
})

it('each engine is measured from its second run of a model that was not warmed up, and from its first of one that was', () => {
  const cold = new ColdEngines()
  const [first, second] = [{} as Engine, {} as Engine]
  const told = [first, first, second, first, second].map((engine) => cold.isWarm(engine, { isWarmedUp: false }))
  expect(told).toEqual([false, true, false, true, true])
  expect(new ColdEngines().isWarm({} as Engine, { isWarmedUp: true })).toBe(true)
})
