import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Priority } from '../../../../gpu-service/batcher/call-options.ts'
import type { RunShape } from '../../../../gpu-service/batcher/cost-model.ts'
import { windowOf } from '../../../../gpu-service/batcher/cut.ts'
import { AppError } from '../../../../shared/errors.ts'
import { measuredCosts } from '../../../bench/measured-costs.ts'
import { mixedLengths, seededRandom } from '../../../bench/sentences.ts'
import {
  type SimulatedInput,
  type SimulatedRun,
  simulatedLimits,
  simulatedService,
} from '../support/simulated-service.ts'

/** A workload, made from a seed. */
interface Plan {
  seed: number
  engines: number
  /** Against what the engines can do. */
  load: number
  burst: number
  tenants: number
  groups: number
  /** The shares of requests that … */
  bulk: number
  repeated: number
  leaving: number
  hasty: number
  poisoned: number
  deadly: number
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  engines: fc.integer({ min: 1, max: 4 }),
  load: fc.constantFrom(0.3, 0.9, 2, 6),
  burst: fc.constantFrom(1, 10, 60),
  tenants: fc.constantFrom(1, 3, 20),
  groups: fc.constantFrom(1, 3),
  bulk: fc.constantFrom(0, 0.3),
  repeated: fc.constantFrom(0, 0.4),
  leaving: fc.constantFrom(0, 0.2),
  hasty: fc.constantFrom(0, 0.3),
  poisoned: fc.constantFrom(0, 0.05),
  deadly: fc.constantFrom(0, 0.01),
})

interface Asked {
  inputs: SimulatedInput[]
  tenant: string
  priority: Priority
  atMs: number
  deadlineMs: number
  leavesAtMs: number
  outcomes: { kind: string; atMs: number; outputs?: string[] }[]
}

const requests = 250
const meanMs = 10

function requestsOf(plan: Plan): Asked[] {
  const random = seededRandom(plan.seed)
  const lengths = mixedLengths({ count: 512, random })
  const pick = (count: number) => Math.floor(random() * count)
  let atMs = 0
  return Array.from({ length: requests }, (_, index) => {
    if (index % plan.burst === 0) atMs += (-Math.log(1 - random()) * plan.burst * meanMs) / (plan.load * plan.engines)
    const count = random() < 0.1 ? 1 + pick(30) : 1
    const inputs = Array.from({ length: count }, (_, item): SimulatedInput => {
      const size = lengths[pick(lengths.length)] ?? 1
      const fate = random()
      const isRepeated = fate > plan.deadly + plan.poisoned && random() < plan.repeated
      // Of those that are repeated every property follows from the key.
      if (isRepeated)
        return { size: 10 + (size % 8), group: 'group 0', key: `repeated ${size % 8}`, nature: 'harmless' }
      const nature = fate < plan.deadly ? 'deadly' : fate < plan.deadly + plan.poisoned ? 'poisoned' : 'harmless'
      return { size, group: `group ${pick(plan.groups)}`, key: `${index}.${item}`, nature }
    })
    return {
      inputs,
      tenant: `tenant ${pick(plan.tenants)}`,
      priority: random() < plan.bulk ? 'bulk' : 'interactive',
      atMs,
      deadlineMs: random() < plan.hasty ? atMs + 5 + random() * 500 : Number.POSITIVE_INFINITY,
      leavesAtMs: random() < plan.leaving ? atMs + random() * 300 : Number.POSITIVE_INFINITY,
      outcomes: [],
    }
  })
}

async function simulate(plan: Plan) {
  const asked = requestsOf(plan)
  const random = seededRandom(plan.seed + 1)
  const runs: SimulatedRun[] = []
  const violations: string[] = []
  const service = simulatedService({
    engines: plan.engines,
    msOf: measuredCosts.fp32,
    noise: () => 0.8 + random() * 0.4,
    onRun(run) {
      runs.push(run)
      violations.push(...faultsOf(run, asked))
    },
  })
  const { time, batcher } = service
  for (const request of asked)
    time.after(request.atMs, () => {
      const { inputs, tenant, priority, deadlineMs, leavesAtMs, outcomes } = request
      const leaving = new AbortController()
      if (leavesAtMs < Number.POSITIVE_INFINITY) time.after(leavesAtMs - time.nowMs, () => leaving.abort())
      batcher.submitAll(inputs, { signal: leaving.signal, tenant, priority, deadlineMs }).then(
        (results) =>
          outcomes.push({ kind: 'answered', atMs: time.nowMs, outputs: results.map(({ output }) => output) }),
        (error) => outcomes.push({ kind: error instanceof AppError ? error.code : String(error), atMs: time.nowMs }),
      )
    })
  await time.runTo(Number.POSITIVE_INFINITY)
  await batcher.idle()
  return { asked, runs, violations, ...service }
}

/** What is wrong with a run at the moment at which it begins. */
function faultsOf({ inputs, startedMs }: SimulatedRun, asked: readonly Asked[]): string[] {
  const longest = Math.max(...inputs.map(({ size }) => size))
  const faults: string[] = []
  if (inputs.length > 1 && longest * inputs.length > simulatedLimits.costMax) faults.push('a run above its cost')
  if (inputs.length > simulatedLimits.itemsMax) faults.push('a run of too many items')
  // The prediction is learnt from runs that are a fifth off.
  if (inputs.length > 1 && measuredCosts.fp32({ items: inputs.length, longest }) > 1.35 * simulatedLimits.runMsMax)
    faults.push('a run that takes too long')
  if (new Set(inputs.map(({ group }) => group)).size > 1) faults.push('groups in one run')
  if (new Set(inputs).size !== inputs.length) faults.push('an input twice in a run')
  for (const input of inputs) {
    const wanting = asked.filter(
      ({ inputs: own, outcomes, atMs, deadlineMs, leavesAtMs }) =>
        atMs <= startedMs &&
        outcomes.length === 0 &&
        deadlineMs > startedMs &&
        leavesAtMs > startedMs &&
        own.some(({ key }) => key === input.key),
    )
    if (wanting.length === 0) faults.push(`${input.key} was run for nobody`)
  }
  return faults
}

describe('any workload of bursts, tenants, priorities, deadlines, leavers, poison and dying engines', () => {
  it('is answered request by request, exactly once, each for its own reason, by runs that keep every bound', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { asked, violations, batcher, runs, tally } = await simulate(plan)
        expect(violations).toEqual([])
        expect(batcher.depth).toBe(0)
        expect(batcher.backlogMs).toBeCloseTo(0)
        const harmful = (request: Asked, nature: SimulatedInput['nature']) =>
          request.inputs.some((input) => input.nature === nature)
        for (const request of asked) {
          expect(request.outcomes).toHaveLength(1)
          const { kind, atMs, outputs } = request.outcomes[0] as Asked['outcomes'][number]
          if (kind === 'answered') {
            expect(outputs).toEqual(request.inputs.map(({ key }) => `answer to ${key}`))
            expect(atMs).toBeLessThanOrEqual(request.deadlineMs)
          } else if (kind === 'inference_failed') expect(harmful(request, 'poisoned')).toBe(true)
          else if (kind === 'engine_died') expect(harmful(request, 'deadly')).toBe(true)
          else if (kind === 'client_closed') expect(atMs).toBe(request.leavesAtMs)
          else if (kind === 'deadline_exceeded') expect(request.deadlineMs).toBeLessThan(Number.POSITIVE_INFINITY)
          else expect(kind).toBe('overloaded')
          // One timer, rounded up to a millisecond.
          expect(atMs).toBeLessThanOrEqual(request.deadlineMs + 1)
        }
        if (plan.load < 1 && plan.hasty === 0 && plan.burst === 1 && plan.deadly === 0) expect(tally.refused).toBe(0)
        expect(runs.length).toBeGreaterThan(0)
      }),
      { seed: 20261121, numRuns: 40 },
    )
  })
})

describe('what waits', () => {
  const calm = { leaving: 0, hasty: 0, poisoned: 0, deadly: 0, repeated: 0, groups: 1, bulk: 0 }

  it('is begun with the oldest of a tenant, and never before more than a window of older ones', async () => {
    const { asked, runs } = await simulate({ seed: 5, engines: 2, load: 3, burst: 60, tenants: 3, ...calm })
    const keys = new Map(
      asked.flatMap((request, at) => request.inputs.map(({ key }) => [key, { request, at }] as const)),
    )
    const waiting = new Set(
      asked.filter(({ outcomes }) => outcomes[0]?.kind === 'answered').flatMap(({ inputs }) => inputs),
    )
    for (const { inputs, startedMs } of runs) {
      const arrived = [...waiting].filter(({ key }) => (keys.get(key)?.request.atMs ?? 0) <= startedMs)
      const ranks = inputs.map((input) => {
        const tenant = keys.get(input.key)?.request.tenant
        return arrived.filter(({ key }) => keys.get(key)?.request.tenant === tenant).indexOf(input)
      })
      expect(Math.min(...ranks)).toBe(0)
      expect(Math.max(...ranks)).toBeLessThan(windowOf(simulatedLimits))
      for (const input of inputs) waiting.delete(input)
    }
    expect(waiting.size).toBe(0)
  })

  it('starves in no tenant: a small one among a flood waits for a few runs', async () => {
    const { time, batcher } = simulatedService({ engines: 1, msOf: measuredCosts.fp32, isShared: false })
    const random = seededRandom(8)
    const lengths = mixedLengths({ count: 512, random })
    const input = (key: string): SimulatedInput => {
      const size = lengths[Math.floor(random() * lengths.length)] ?? 1
      return { size, group: '', key, nature: 'harmless' }
    }
    let flooded = 0
    const flood = () => {
      void batcher.submit(input(`flood ${flooded++}`), { tenant: 'flood' }).catch(() => undefined)
      if (flooded < 1500) time.after(2, flood)
    }
    flood()
    const waits: number[] = []
    const small = async () => {
      for (let request = 0; request < 40; request++) {
        await time.wait(60)
        waits.push((await batcher.submit(input(`small ${request}`), { tenant: 'small' })).queueMs)
      }
    }
    const done = small()
    await time.runTo(Number.POSITIVE_INFINITY)
    await done
    expect(waits).toHaveLength(40)
    expect(Math.max(...waits)).toBeLessThan(3 * simulatedLimits.runMsMax)
  })

  it('starves in no priority: bulk work is worked off while interactive work floods the engines', async () => {
    const { time, batcher } = simulatedService({ engines: 1, msOf: measuredCosts.int8, isShared: false })
    let sent = 0
    const input = (key: string): SimulatedInput => ({ size: 24, group: '', key, nature: 'harmless' })
    const flood = () => {
      void batcher.submit(input(`now ${sent++}`)).catch(() => undefined)
      if (sent < 8000) time.after(1, flood)
    }
    flood()
    const bulk = batcher.submitAll(
      Array.from({ length: 200 }, (_, item) => input(`bulk ${item}`)),
      { priority: 'bulk' },
    )
    const answeredAtMs = bulk.then(() => time.nowMs)
    await time.runTo(Number.POSITIVE_INFINITY)
    expect(await answeredAtMs).toBeLessThan(6000)
  })
})

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

  it('keeps them waiting no longer where a run takes long because many share it', async () => {
    const [waitMsMax, runMsMax] = [250, 800]
    const msOf = ({ items, longest }: RunShape) => 20 + 0.6 * items * longest
    const limits = { costMax: 2048, waitMsMax, runMsMax }
    const { time, batcher } = simulatedService({ engines: 1, msOf, isShared: false, limits })
    const latenciesMs: number[] = []
    for (let index = 0; index < 5000; index++)
      time.after(index, () => {
        const askedMs = time.nowMs
        const answered = () => latenciesMs.push(time.nowMs - askedMs)
        batcher.submit({ size: 21, group: '', key: `${index}`, nature: 'harmless' }).then(answered, () => {})
      })
    await time.runTo(7000)
    expect(latenciesMs.length).toBeGreaterThan(300)
    // What runs when a request comes, the runs that go before it, and its own.
    const inTimeMs = 2 * waitMsMax + runMsMax / 2
    expect(latenciesMs.toSorted((a, b) => a - b)[Math.floor(latenciesMs.length * 0.99)]).toBeLessThan(inTimeMs)
  })
})
