import { describe, expect, it } from 'vitest'
import { sharedFaults } from '../../../../gpu-service/deployments/caller-faults.ts'
import { judgeCanary } from '../../../../gpu-service/deployments/judge-canary.ts'
import { LatencyWindow } from '../../../../gpu-service/deployments/latency-window.ts'
import { Outcomes } from '../../../../gpu-service/deployments/outcomes.ts'
import { heldBytes } from '../support/held-bytes.ts'

const rule = { maxErrorRate: 0.05, maxLatencyRatio: 2, minRequests: 20, windowSeconds: 60 }
const sample = (answered: number, failed = 0, p95Ms = 10) => ({ answered, failed, p95Ms })
const none = sample(0)

describe('a canary', () => {
  it.each([
    ['has too few requests to be judged', sample(100), sample(0, 19), undefined],
    ['fails within its limit', sample(100), sample(95, 5), undefined],
    ['fails too much', sample(100), sample(90, 10), '10 % of its last 100 requests within 60 s failed'],
    ['fails too much while no other target was asked', none, sample(0, 20), '100 %'],
    ['fails no more than the first target does, for what callers do wrong', sample(70, 30), sample(68, 32), undefined],
    ['fails always, as the first target does', sample(0, 20), sample(0, 20), undefined],
    ['fails more than the limit', sample(70, 30), sample(50, 50), "30 % of the first target's"],
    ['is slower within its limit', sample(100), sample(100, 0, 19), undefined],
    ['is too slow', sample(100), sample(100, 0, 25), '2.5 times as long'],
    ['is slow in too few answers to tell', sample(100), sample(19, 1, 500), undefined],
    ['is slow, with no other target to compare', sample(19), sample(100, 0, 500), undefined],
  ])('that %s gets the right verdict', (_what, baseline, candidate, expected) => {
    const reason = judgeCanary({ rule, baseline, candidate })
    if (expected === undefined) expect(reason).toBeUndefined()
    else expect(reason).toContain(expected)
  })

  it('is judged only by the limits in the rule', () => {
    const { maxErrorRate: _, ...byLatency } = rule
    expect(judgeCanary({ rule: byLatency, baseline: sample(100), candidate: sample(50, 50) })).toBeUndefined()
    const { maxLatencyRatio: __, ...byErrors } = rule
    expect(judgeCanary({ rule: byErrors, baseline: sample(100), candidate: sample(100, 0, 500) })).toBeUndefined()
  })
})

describe('a window of latencies', () => {
  it('knows the 95th percentile to within a tenth', () => {
    const window = new LatencyWindow({ windowMs: 60_000, now: () => 0 })
    for (let latencyMs = 1; latencyMs <= 1000; latencyMs++) window.answered(latencyMs)
    const { answered, p95Ms } = window.sample()
    expect(answered).toBe(1000)
    expect(p95Ms / 950).toBeGreaterThan(0.95)
    expect(p95Ms / 950).toBeLessThan(1.1)
  })

  it('forgets answers older than the window', () => {
    const clock = { nowMs: 0 }
    const window = new LatencyWindow({ windowMs: 12_000, now: () => clock.nowMs })
    for (; clock.nowMs < 100_000; clock.nowMs += 100) window.answered(5)
    expect(window.sample().answered).toBeGreaterThanOrEqual(110)
    expect(window.sample().answered).toBeLessThanOrEqual(120)
    window.failed(3)
    clock.nowMs += 12_000
    expect(window.sample()).toEqual({ answered: 0, failed: 0, p95Ms: 0 })
  })

  it('stays small however long it runs and however many callers see errors', async () => {
    const clock = { nowMs: 0 }
    const window = new LatencyWindow({ windowMs: 12_000, now: () => clock.nowMs })
    const before = await heldBytes()
    for (; clock.nowMs < 20_000_000; clock.nowMs += 1000) window.answered(5)
    for (let caller = 0; caller < 20_000; caller++) window.faulted(`caller ${caller}`)
    expect((await heldBytes()) - before).toBeLessThan(500_000)
    expect(window.sample().answered).toBe(11)
  })

  it('counts possible client errors only if several callers have them, and for each caller at most as many as the third one has', () => {
    const window = new LatencyWindow({ windowMs: 60_000, now: () => 0 })
    const outcomes = Object.assign(new Outcomes(), { window })
    const note = (caller: string, status: number, times: number) => {
      for (let time = 0; time < times; time++) outcomes.note({ status, code: undefined, latencyMs: 1, caller })
    }
    for (const status of [400, 422, 424, 504]) note('mallory', status, 100)
    note('bob', 422, 5)
    expect(window.sample().failed).toBe(0)
    note('carol', 400, 2)
    expect(window.sample().failed).toBe(6)
    note('mallory', 500, 1)
    expect(window.sample().failed).toBe(7)
  })

  it.each(
    [
      ['mallory', 'bob', 'carol'],
      ['carol', 'bob', 'mallory'],
      ['bob', 'mallory', 'carol'],
    ].map((callers) => [callers]),
  )('counts no more of the errors of one caller if they come in the order %j', (callers) => {
    const times: Record<string, number> = { mallory: 400, bob: 5, carol: 2 }
    expect(sharedFaults([new Map(callers.map((caller) => [caller, times[caller] ?? 0]))])).toBe(6)
  })

  it('does not blame a model that waits for memory or runs short of it next to others', () => {
    const window = new LatencyWindow({ windowMs: 60_000, now: () => 0 })
    const outcomes = Object.assign(new Outcomes(), { window })
    for (const code of ['model_not_ready', 'engine_memory_short'])
      outcomes.note({ status: 503, code, latencyMs: 1, caller: 'a' })
    expect(window.sample().failed).toBe(0)
    outcomes.note({ status: 503, code: 'engine_died', latencyMs: 1, caller: 'a' })
    expect(window.sample().failed).toBe(1)
  })

  it('counts every engine killed by an input, even from one caller, whatever the status', () => {
    const window = new LatencyWindow({ windowMs: 60_000, now: () => 0 })
    const outcomes = Object.assign(new Outcomes(), { window })
    const ended = { latencyMs: 1, caller: 'alice' }
    for (const status of [400, 422, 424]) outcomes.note({ ...ended, status, code: 'input_ends_engine' })
    outcomes.note({ ...ended, status: 424, code: 'run_never_ended' })
    expect(window.sample().failed).toBe(4)
    for (const status of [400, 422, 424]) outcomes.note({ ...ended, status, code: 'inference_failed' })
    expect(window.sample().failed).toBe(4)
  })

  it('takes any latency, including zero, negative and infinite ones', () => {
    const window = new LatencyWindow({ windowMs: 1000, now: () => 0 })
    for (const latencyMs of [0, -1, 1e-9, 1e9, Number.POSITIVE_INFINITY]) window.answered(latencyMs)
    expect(window.sample()).toMatchObject({ answered: 5 })
  })
})
