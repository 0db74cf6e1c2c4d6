import { describe, expect, it } from 'vitest'
import { measuredCosts } from '../../../bench/measured-costs.ts'
import {
  type Answer,
  type Arrival,
  outcomeOf,
  type PolicyOutcome,
  type PolicyTrial,
  planArrivals,
  policies,
  tryPolicy,
} from '../../../bench/policies.ts'
import { mixedLengths, seededRandom } from '../../../bench/sentences.ts'
import { simulatedService } from '../support/simulated-service.ts'

const patienceMs = 1000

/** Runs the real batcher on the same arrivals. */
async function tryOurs({ arrivals, engines, msOf }: PolicyTrial): Promise<PolicyOutcome> {
  const { time, batcher } = simulatedService({ engines, msOf, isShared: false })
  const answers: Answer[] = []
  const ask = ({ atMs, size }: Arrival, index: number) =>
    batcher
      .submit({ size, group: '', key: String(index), nature: 'harmless' }, { deadlineMs: atMs + patienceMs })
      .then(() => answers.push({ size, latencyMs: time.nowMs - atMs }))
      .catch(() => undefined)
  for (const [index, arrival] of arrivals.entries()) time.after(arrival.atMs, () => void ask(arrival, index))
  await time.runTo(Number.POSITIVE_INFINITY)
  return outcomeOf({ answers, arrivals, patienceMs })
}

const random = seededRandom(11)
const lengths = {
  mixed: mixedLengths({ count: 512, random }),
  fixed: [21],
  'one long among twenty short': [...Array(20).fill(12), 250],
}

/** The most that one-at-a-time serving can do. */
function capacityOf(sizes: readonly number[], msOf: PolicyTrial['msOf'], engines: number): number {
  const meanMs = sizes.reduce((total, size) => total + msOf({ items: 1, longest: size }), 0) / sizes.length
  return (engines * 1000) / meanMs
}

const mixes = Object.entries(lengths).flatMap(([texts, sizes]) =>
  (['fp32', 'int8'] as const).flatMap((precision) =>
    [
      { load: 0.5, burst: 1 },
      { load: 0.8, burst: 1 },
      { load: 0.8, burst: 32 },
      { load: 1.2, burst: 1 },
      { load: 3, burst: 1 },
    ].map(({ load, burst }) => ({ texts, sizes, precision, load, burst })),
  ),
)

/** The mean over several seeds, because the tail of one seed is chance. */
async function overSeeds(outcomeFor: (seed: number) => PolicyOutcome | Promise<PolicyOutcome>): Promise<PolicyOutcome> {
  const outcomes = await Promise.all([3, 4, 5].map(outcomeFor))
  const mean = (part: keyof PolicyOutcome) =>
    outcomes.reduce((total, outcome) => total + outcome[part], 0) / outcomes.length
  return { goodput: mean('goodput'), p50Ms: mean('p50Ms'), p99Ms: mean('p99Ms') }
}

describe('the batcher compared with other policies', () => {
  const worst = new Map(Object.keys(policies).map((name) => [name, { goodput: 1, p99: 1 }]))

  it.each(mixes)(
    'is at least about as good for $texts texts, $precision, at $load of capacity in bursts of $burst',
    async ({ sizes, precision, load, burst }) => {
      const msOf = measuredCosts[precision]
      const engines = 2
      const perSecond = load * capacityOf(sizes, msOf, engines)
      const count = Math.min(1200, Math.max(600, Math.round(perSecond * 2)))
      const trial = (seed: number): PolicyTrial => ({
        arrivals: planArrivals({ count, perSecond, burst, sizes, seed }),
        ...{ engines, patienceMs, msOf },
      })
      const ours = await overSeeds((seed) => tryOurs(trial(seed)))
      for (const [name, policy] of Object.entries(policies)) {
        const other = await overSeeds((seed) => tryPolicy(policy, trial(seed)))
        const [goodput, p99] = [other.goodput / ours.goodput, other.p99Ms / ours.p99Ms]
        expect.soft(goodput, `goodput of "${name}" against ours`).toBeLessThan(1.03)
        expect.soft(p99, `p99 of "${name}" against ours`).toBeGreaterThan(0.7)
        const before = worst.get(name)
        worst.set(name, { goodput: Math.min(goodput, before?.goodput ?? 1), p99: Math.max(p99, before?.p99 ?? 1) })
      }
    },
  )

  it('is the only policy that is not far worse in some mix', () => {
    for (const [name, { goodput, p99 }] of worst)
      expect(p99 > 1.5 || goodput < 0.7, `${name}: ${goodput} ${p99}`).toBe(true)
  })
})
