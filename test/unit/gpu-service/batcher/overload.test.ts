import { describe, expect, it } from 'vitest'
import type { RunShape } from '../../../../gpu-service/batcher/cost-model.ts'
import type { AppError } from '../../../../shared/errors.ts'
import { measuredCosts } from '../../../bench/measured-costs.ts'
import { mixedLengths, seededRandom } from '../../../bench/sentences.ts'
import { type SimulatedInput, type SimulatedOptions, simulatedService } from '../support/simulated-service.ts'

/** Sends a text every millisecond for five seconds; returns the latencies of the accepted ones, sorted. */
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
  it('computes Retry-After from the measured rate, so that clients who obey it get in', async () => {
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
        // One in a hundred retries as told; the others never come back.
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

describe('ten times overload of mixed lengths', () => {
  it('is served faster than one by one, with bounded latency for what is accepted, and leaves no backlog', async () => {
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
    // Compared in tokens as well, because which text lengths get in is chance.
    const aloneUnits = sizes.reduce((total, size) => total + size, 0) / sizes.length
    expect(workedUnits / overloadMs).toBeGreaterThan((1.04 * engines * aloneUnits) / aloneMs)
    expect(latenciesMs.toSorted((a, b) => a - b)[Math.floor(latenciesMs.length * 0.99)]).toBeLessThan(1.6 * waitMsMax)
    expect(Math.min(...retryAfter)).toBeGreaterThanOrEqual(0.3)
    expect(Math.max(...retryAfter)).toBeLessThanOrEqual(0.6)
    expect(1 - tally.realUnits / tally.paddedUnits).toBeLessThan(0.08)
  })

  it('admits a crowd that a few large runs can answer, even if only single requests were seen before', async () => {
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

  it('keeps waits bounded if this process is too busy to feed the engines', async () => {
    const [waitMsMax, lateMs] = [250, 100]
    const msOf = measuredCosts.fp32
    const latenciesMs = await flooded({ engines: 2, msOf, lateMs, isShared: false, limits: { waitMsMax } })
    expect(latenciesMs.length).toBeGreaterThan(500)
    // The requests of the first half second, before the delay is noticed, are fewer than a tenth.
    const p90Ms = latenciesMs[Math.floor(latenciesMs.length * 0.9)]
    expect(p90Ms).toBeLessThan(2 * waitMsMax)
  })

  it('keeps waits bounded if runs are long because many share them', async () => {
    const [waitMsMax, runMsMax] = [250, 800]
    const msOf = ({ items, longest }: RunShape) => 20 + 0.6 * items * longest
    const limits = { costMax: 2048, waitMsMax, runMsMax }
    const latenciesMs = await flooded({ engines: 1, msOf, isShared: false, limits })
    expect(latenciesMs.length).toBeGreaterThan(300)
    // The run in progress, the queued runs ahead, and its own run.
    const inTimeMs = 2 * waitMsMax + runMsMax / 2
    expect(latenciesMs[Math.floor(latenciesMs.length * 0.99)]).toBeLessThan(inTimeMs)
  })
})
