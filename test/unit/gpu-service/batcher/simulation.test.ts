import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowOf } from '../../../../gpu-service/batcher/take-next.ts'
import { type SimulatedInput, simulatedLimits } from '../support/simulated-service.ts'
import { type Asked, plans, simulate } from '../support/simulated-workload.ts'

describe('any workload of bursts, tenants, priorities, deadlines, disconnects, poison and dying engines', () => {
  it('gets exactly one answer per request, each failure for its own reason, from runs within every limit', async () => {
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
          if (kind === 'answered') expect(outputs).toEqual(request.inputs.map(({ key }) => `answer to ${key}`))
          else if (kind === 'inference_failed') expect(harmful(request, 'poisoned')).toBe(true)
          else if (kind === 'engine_died') expect(harmful(request, 'deadly')).toBe(true)
          else if (kind === 'client_closed') expect(atMs).toBe(request.leavesAtMs)
          else if (kind === 'deadline_exceeded') expect(request.deadlineMs).toBeLessThan(Number.POSITIVE_INFINITY)
          else expect(kind).toBe('overloaded')
          // Deadlines are rounded up to a millisecond, and an answer may still come in it.
          expect(atMs).toBeLessThanOrEqual(request.deadlineMs + 1)
        }
        if (plan.load < 1 && plan.hasty === 0 && plan.burst === 1 && plan.deadly === 0) expect(tally.refused).toBe(0)
        expect(runs.length).toBeGreaterThan(0)
      }),
      { seed: 20261121, numRuns: 40 },
    )
  })
})

describe('the order of runs', () => {
  const calm = { leaving: 0, hasty: 0, poisoned: 0, deadly: 0, repeated: 0, groups: 1, bulk: 0 }

  it('starts each run with the oldest of a tenant, and skips at most a window of older items', async () => {
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
})
