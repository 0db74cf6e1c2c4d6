import { describe, expect, it } from 'vitest'
import type { RunShape } from '../../../../gpu-service/batcher/cost-model.ts'
import type { AppError } from '../../../../shared/errors.ts'
import { measuredCosts } from '../../../bench/measured-costs.ts'
import { mixedLengths, seededRandom } from '../../../bench/sentences.ts'
import { type SimulatedInput, type SimulatedOptions, simulatedService } from '../support/simulated-service.ts'

/** How long those took, from the shortest up, that were accepted of a text every millisecond for five seconds. */
async function flooded(service: SimulatedOptions): Promise<number[]> {
  const { time, batcher } = simulatedService(service)
  const latenciesMs: number[] = []
  for (let index = 0; index < 5000; index++)
    time.after(index, () => {
      const askedMs = time.nowMs
      const answered = () => latenciesMs.push(time.nowMs - askedMs)
      batcher.submit({ size: 21, group: '', key: `${index}`, nature: 'harmless' }).then(answered, () => {})
    })
  await time.runTo(7000)
  return latenciesMs.sort((a, b) => a - b)
}

describe('a refusal', () => {
  it('says when to come back by the measured rate, so that who obeys it is let in', async () => {
    const { time, batcher } = simulatedService({
      engines: 2,
      msOf: measuredCosts.fp32,
      isShared: false,
      noise: () => 1.5,
    })
    const input = (key: string): SimulatedInput => ({ size: 30, group: '', key, nature: 'harmless' })
    let sent = 0
    const comeBack: boolean[] = []
    const ask = () => {
      batcher.submit(input(`${sent++}`)).catch((error: AppError) => {
        expect(error.status).toBe(429)
        // One in a hundred obeys; the others stay away for good.
        if (sent % 100 !== 0) return
        time.after((error.retryAfterSeconds ?? 0) * 1000, () => {
          batcher.submit(input(`again ${sent++}`)).then(
            () => comeBack.push(true),
            () => comeBack.push(false),
          )
        })
      })
      if (sent < 4000) time.after(sent < 3000 ? 1 : 20, ask)
    }
    ask()
    await time.runTo(Number.POSITIVE_INFINITY)
    expect(comeBack.length).toBeGreaterThan(3)
    expect(comeBack.filter(Boolean).length / comeBack.length).toBeGreaterThan(0.3)
  })
})

describe('ten times more than the engines can do, of mixed lengths', () => {
  it('is worked off faster than one by one, in bounded time for all that are accepted, and is forgotten when it is over', async () => {
    const waitMsMax = 400
    const [engines, overloadMs] = [2, 5000]
    const msOf = measuredCosts.fp32
    const sizes = mixedLengths({ count: 512, random: seededRandom(1) })
    const aloneMs = sizes.reduce((total, longest) => total + msOf({ items: 1, longest }), 0) / sizes.length
    const service = { engines, msOf, isShared: false, limits: { waitMsMax } }
    const { time, batcher, tally } = simulatedService(service)
    const latenciesMs: number[] = []
    const retryAfter: number[] = []
    const ask = (index: number) => {
      const size = sizes[index % sizes.length] ?? 1
      const askedMs = time.nowMs
      batcher.submit({ size, group: '', key: `${index}`, nature: 'harmless' }).then(
        () => latenciesMs.push(time.nowMs - askedMs),
        ({ retryAfterSeconds }: AppError) => retryAfter.push(retryAfterSeconds ?? Number.NaN),
      )
    }
    const everyMs = aloneMs / engines / 10
    for (let index = 0; index * everyMs < overloadMs; index++) time.after(index * everyMs, () => ask(index))
    await time.runTo(overloadMs)
    const answered = latenciesMs.length
    const workedUnits = tally.realUnits
    await time.runTo(overloadMs + 1000)
    expect(batcher.depth).toBe(0)
    expect(answered / overloadMs).toBeGreaterThan((0.95 * engines) / aloneMs)
    // In tokens too, for it is chance how long the texts are that find room.
    const aloneUnits = sizes.reduce((total, size) => total + size, 0) / sizes.length
    expect(workedUnits / overloadMs).toBeGreaterThan((1.04 * engines * aloneUnits) / aloneMs)
    expect(latenciesMs.toSorted((a, b) => a - b)[Math.floor(latenciesMs.length * 0.99)]).toBeLessThan(1.6 * waitMsMax)
    expect(Math.min(...retryAfter)).toBeGreaterThanOrEqual(0.3)
    expect(Math.max(...retryAfter)).toBeLessThanOrEqual(0.6)
    expect(1 - tally.realUnits / tally.paddedUnits).toBeLessThan(0.08)
  })

  it('lets a crowd in that a few runs answer, where it was only ever asked by one', async () => {
    const msOf = ({ items, longest }: RunShape) => 3 + 0.001 * items * longest
    const limits = { costMax: 16_384, itemsMax: 512, waitMsMax: 250, runMsMax: 100 }
    const { time, batcher } = simulatedService({ engines: 1, msOf, isShared: false, limits })
    const ask = (key: string) => batcher.submit({ size: 21, group: '', key, nature: 'harmless' })
    for (let index = 0; index < 50; index++) time.after(index * 10, () => void ask(`lone ${index}`))
    const outcomes = { answered: 0, refused: 0 }
    const crowd = Array.from({ length: 300 }, (_, index) => `one of many ${index}`)
    const [answered, refused] = [() => outcomes.answered++, () => outcomes.refused++]
    time.after(1000, () => crowd.forEach((key) => void ask(key).then(answered, refused)))
    await time.runTo(1100)
    expect(outcomes).toEqual({ answered: 300, refused: 0 })
  })

  it('keeps them waiting no longer where this process is too busy to give the engines work', async () => {
    const [waitMsMax, lateMs] = [250, 100]
    const msOf = measuredCosts.fp32
    const latenciesMs = await flooded({ engines: 2, msOf, lateMs, isShared: false, limits: { waitMsMax } })
    expect(latenciesMs.length).toBeGreaterThan(500)
    // Those of the first half second, before that was seen, are few enough to be none of these.
    const p90Ms = latenciesMs[Math.floor(latenciesMs.length * 0.9)]
    expect(p90Ms).toBeLessThan(2 * waitMsMax)
  })

  it('keeps them waiting no longer where a run takes long because many share it', async () => {
    const [waitMsMax, runMsMax] = [250, 800]
    const msOf = ({ items, longest }: RunShape) => 20 + 0.6 * items * longest
    const limits = { costMax: 2048, waitMsMax, runMsMax }
    const latenciesMs = await flooded({ engines: 1, msOf, isShared: false, limits })
    expect(latenciesMs.length).toBeGreaterThan(300)
    // What runs when a request comes, the runs that go before it, and its own.
    const inTimeMs = 2 * waitMsMax + runMsMax / 2
    expect(latenciesMs[Math.floor(latenciesMs.length * 0.99)]).toBeLessThan(inTimeMs)
  })
})
