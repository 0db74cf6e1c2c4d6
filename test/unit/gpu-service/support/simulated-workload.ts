import fc from 'fast-check'
import type { Priority } from '../../../../gpu-service/batcher/call-options.ts'
import { AppError } from '../../../../shared/errors.ts'
import { measuredCosts } from '../../../bench/measured-costs.ts'
import { mixedLengths, seededRandom } from '../../../bench/sentences.ts'
import { type SimulatedInput, type SimulatedRun, simulatedLimits, simulatedService } from './simulated-service.ts'

/** A seeded workload: bursts of callers who leave, have deadlines, or send inputs that kill an engine. */
interface Plan {
  seed: number
  engines: number
  /** Relative to the capacity of the engines. */
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

export const plans: fc.Arbitrary<Plan> = fc.record({
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

export interface Asked {
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
      // Every property of a repeated input follows from its key.
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

/** Sends a whole plan to a simulated service, and checks each run when it begins. */
export async function simulate(plan: Plan) {
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

/** What is wrong with a run when it begins. */
function faultsOf({ inputs, startedMs }: SimulatedRun, asked: readonly Asked[]): string[] {
  const longest = Math.max(...inputs.map(({ size }) => size))
  const faults: string[] = []
  if (inputs.length > 1 && longest * inputs.length > simulatedLimits.costMax) faults.push('a run above its cost')
  if (inputs.length > simulatedLimits.itemsMax) faults.push('a run of too many items')
  // The prediction is learned from runs that are up to a fifth off.
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
