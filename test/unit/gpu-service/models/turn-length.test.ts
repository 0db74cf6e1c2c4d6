import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Residency } from '../../../../gpu-service/models/residency.ts'
import type { Resident } from '../../../../gpu-service/models/resident.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const waitMsMax = 15_000

/** Keeps a number of models busy all the time, with memory for a few; returns each wait and each stay. */
async function waitsOf({ models, held, loadMs }: { models: number; held: number; loadMs: number }) {
  const residency = new Residency({ maxBytes: held, waitMsMax, now: () => Date.now() })
  const waits: number[][] = []
  const wishedAtMs: number[] = []
  const stays: number[] = []
  for (let index = 0; index < models; index++) {
    const own: number[] = []
    waits.push(own)
    let cameAtMs = 0
    const wish = () => {
      wishedAtMs[index] = Date.now()
      void residency.want(model)
    }
    const model: Resident = {
      ...{ name: `m${index}`, sizeBytes: 1, isBusy: true, idleMsMax: 300_000, loadMs },
      async loadIntoEngines() {
        await new Promise((resolve) => setTimeout(resolve, loadMs))
        cameAtMs = Date.now()
        own.push(cameAtMs - (wishedAtMs[index] ?? 0))
      },
      unloadFromEngines: async () => void stays.push(Date.now() - cameAtMs),
      unloaded: wish,
    }
    wish()
  }
  await vi.advanceTimersByTimeAsync(300_000)
  return { waits, stays }
}

it.each([
  // Each turn lasts four loads, because nothing waits too long with that.
  { models: 24, held: 6, loadMs: 100, boundMs: 24 * 100 + 400 },
  { models: 8, held: 6, loadMs: 500, boundMs: 8 * 500 },
  // Turns of four loads would make the last model wait for half a minute here, and for a minute in the next.
  { models: 24, held: 2, loadMs: 500, boundMs: waitMsMax },
  { models: 24, held: 1, loadMs: 300, boundMs: waitMsMax },
  // The loads take longer than the turns.
  { models: 24, held: 6, loadMs: 1000, boundMs: 24 * 1000 + 1000 },
])('the last of $models models with room for $held, loaded in $loadMs ms, waits at most $boundMs ms', async (line) => {
  const { waits, stays } = await waitsOf(line)
  expect(Math.max(...waits.flat())).toBeLessThanOrEqual(line.boundMs)
  // All get the same number of turns, and no turn is too short to be useful.
  const turns = waits.map((own) => own.length)
  expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1)
  expect(Math.min(...stays)).toBeGreaterThanOrEqual(250)
})
