import { describe, expect, it } from 'vitest'
import type { CallOptions } from '../../../../gpu-service/batcher/call-options.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const limits = { costMax: 1, itemsMax: 1 }

/** So long that no two runs are handed over together. */
const longRunMs = 30

/** Runs everything that waits and returns the order. */
async function drain({ runs, pull, batcher, clock }: ReturnType<typeof manualBatcher<string>>, runMs = longRunMs) {
  const order: string[] = []
  while (batcher.depth > 0) {
    const before = runs.length
    const working = pull()
    const begun = runs.slice(before)
    order.push(...begun.flatMap(({ inputs }) => inputs))
    clock.nowMs += runMs
    await Promise.all(begun.map((run) => run.finish()))
    await working
  }
  return order
}

const submit = (
  { batcher }: ReturnType<typeof manualBatcher<string>>,
  names: string[],
  options: Partial<CallOptions> = {},
) => {
  for (const name of names) void batcher.submit(name, options)
}

const named = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`)

describe('tenants of one model', () => {
  it('take turns, however much one of them has queued, each in order of arrival', async () => {
    const made = manualBatcher<string>({ limits })
    submit(made, named('a', 6), { tenant: 'a' })
    submit(made, named('b', 3), { tenant: 'b' })
    expect(await drain(made)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'a4', 'a5'])
  })

  it('get shares by weight', async () => {
    const made = manualBatcher<string>({ limits, weightOf: (tenant) => (tenant === 'a' ? 2 : 1) })
    submit(made, named('a', 40), { tenant: 'a' })
    submit(made, named('b', 40), { tenant: 'b' })
    const order = await drain(made)
    expect(order.slice(0, 30).filter((name) => name.startsWith('a'))).toHaveLength(20)
  })

  it('are charged for the size of their work, not for the number of requests', async () => {
    const made = manualBatcher<string>({
      limits: { ...limits, costMax: 100 },
      sizeOf: (name) => (name[0] === 'a' ? 10 : 1),
    })
    submit(made, named('a', 10), { tenant: 'a' })
    submit(made, named('b', 50), { tenant: 'b' })
    const order = await drain(made)
    expect(order.slice(0, 44).filter((name) => name.startsWith('b')).length).toBeGreaterThanOrEqual(38)
  })

  it('share the runs of one hand-over by the size of their work', async () => {
    const made = manualBatcher<string>({
      limits: { ...limits, costMax: 100 },
      sizeOf: (name) => (name[0] === 'a' ? 10 : 1),
    })
    made.batcher.learn({ cost: 1, runMs: 0.5 })
    submit(made, named('a', 5), { tenant: 'a' })
    submit(made, named('b', 20), { tenant: 'b' })
    void made.pull()
    const order = made.runs.flatMap(({ inputs }) => inputs)
    expect(order).toEqual(['a0', ...named('b', 10), 'a1', ...named('b', 20).slice(10), 'a2'])
  })

  it('gain no credit while idle, and are not charged for cancelled work', async () => {
    const made = manualBatcher<string>({ limits })
    submit(made, named('a', 10), { tenant: 'a' })
    const leaving = new AbortController()
    made.batcher.submitAll(named('x', 100), { tenant: 'late', signal: leaving.signal }).catch(() => undefined)
    leaving.abort()
    for (let run = 0; run < 5; run++) {
      const working = made.pull()
      made.clock.nowMs += longRunMs
      await made.runs.at(-1)?.finish()
      await working
    }
    submit(made, named('late', 3), { tenant: 'late' })
    expect(await drain(made)).toEqual(['a5', 'late0', 'a6', 'late1', 'a7', 'late2', 'a8', 'a9'])
  })

  it('get no more by sending one large request after another', async () => {
    const made = manualBatcher<string>({
      limits: { ...limits, costMax: 100 },
      sizeOf: (name) => (name[0] === 'L' ? 20 : 1),
    })
    submit(made, named('s', 60), { tenant: 'small' })
    const order: string[] = []
    let isWaiting = false
    while (order.length < 44) {
      // A client that sends the next request as soon as it has its answer.
      if (!isWaiting) submit(made, [`L${order.length}`], { tenant: 'large' })
      const before = made.runs.length
      const working = made.pull()
      const names = made.runs.slice(before).flatMap(({ inputs }) => inputs)
      isWaiting = !names.some((name) => name.startsWith('L'))
      order.push(...names)
      made.clock.nowMs += longRunMs
      await Promise.all(made.runs.slice(before).map((run) => run.finish()))
      await working
    }
    const large = order.filter((name) => name.startsWith('L')).length
    expect(large).toBeGreaterThanOrEqual(2)
    expect(large).toBeLessThanOrEqual(3)
  })

  it("are refused for their own backlog, not for another's", async () => {
    const made = manualBatcher<string>({ limits, sizeOf: () => 1 })
    made.batcher.learn({ cost: 1, runMs: 100 })
    submit(made, named('a', 11), { tenant: 'a' })
    await expect(made.batcher.submit('a', { tenant: 'a' })).rejects.toMatchObject({ code: 'overloaded' })
    submit(made, ['b'], { tenant: 'b' })
    expect(made.batcher.depth).toBe(12)
  })
})

describe('priorities', () => {
  it('let interactive work go first', async () => {
    const made = manualBatcher<string>({ limits })
    submit(made, named('bulk', 3), { priority: 'bulk' })
    submit(made, named('now', 2))
    expect(await drain(made)).toEqual(['now0', 'now1', 'bulk0', 'bulk1', 'bulk2'])
  })

  it('give bulk work every eighth run once it has waited for a second, so that it neither starves nor takes over', async () => {
    const made = manualBatcher<string>({ limits })
    made.clock.nowMs = 5000
    submit(made, named('bulk', 3), { priority: 'bulk' })
    submit(made, named('now', 60))
    const order = await drain(made, 50)
    // A second is twenty runs.
    expect(order.flatMap((name, at) => (name.startsWith('bulk') ? [at] : []))).toEqual([27, 35, 43])
  })

  it('let bulk work run at once if no other work waits', () => {
    const made = manualBatcher<string>({ limits })
    submit(made, ['bulk'], { priority: 'bulk' })
    void made.pull()
    expect(made.runs.map(({ inputs }) => inputs)).toEqual([['bulk']])
  })

  it('make bulk work wait for all interactive work, and refuse it if that takes too long', async () => {
    const made = manualBatcher<string>({ limits })
    made.batcher.learn({ cost: 1, runMs: 100 })
    void made.batcher.submitAll(named('now', 160))
    expect(made.batcher.backlogMs).toBeCloseTo(16_000)
    await expect(made.batcher.submit('bulk', { priority: 'bulk' })).rejects.toMatchObject({ code: 'overloaded' })
  })

  it('let a bulk request take more than half of the queue if no other bulk work waits', () => {
    const made = manualBatcher<string>({ limits: { ...limits, queuedMax: 10 } })
    submit(made, ['now'])
    void made.batcher.submitAll(named('bulk', 8), { priority: 'bulk' })
    expect(made.batcher.depth).toBe(9)
  })

  it('never mix bulk work into an interactive run', async () => {
    const made = manualBatcher<string>({ limits: { ...limits, costMax: 8, itemsMax: 8 } })
    submit(made, ['bulk'], { priority: 'bulk' })
    submit(made, ['now'])
    expect(await drain(made)).toEqual(['now', 'bulk'])
    expect(made.runs.map(({ inputs }) => inputs.length)).toEqual([1, 1])
  })

  it('let bulk work wait longer, in at most half of the queue', async () => {
    const made = manualBatcher<string>({ limits: { ...limits, queuedMax: 10 } })
    submit(made, named('bulk', 5), { priority: 'bulk' })
    await expect(made.batcher.submit('bulk', { priority: 'bulk' })).rejects.toMatchObject({ code: 'overloaded' })
    submit(made, named('now', 5))
    expect(made.batcher.depth).toBe(10)
    const patient = manualBatcher<string>({ limits })
    patient.batcher.learn({ cost: 1, runMs: 100 })
    submit(patient, named('bulk', 100), { priority: 'bulk' })
    expect(patient.batcher.depth).toBe(100)
  })
})

describe('groups', () => {
  it('never share a run', async () => {
    const made = manualBatcher<string>({
      limits: { ...limits, costMax: 8, itemsMax: 8 },
      groupOf: (name) => name.slice(0, 1),
    })
    submit(made, ['a1', 'b1', 'a2', 'b2', 'c1'])
    await drain(made)
    expect(made.runs.map(({ inputs }) => inputs)).toEqual([['a1', 'a2'], ['b1', 'b2'], ['c1']])
  })
})
