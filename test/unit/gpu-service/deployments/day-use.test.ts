import { describe, expect, it } from 'vitest'
import { DayUse } from '../../../../gpu-service/deployments/day-use.ts'
import { RequestLimits } from '../../../../gpu-service/deployments/request-limits.ts'
import { createLogger } from '../../../../shared/log.ts'
import { deployment, startReconciler } from '../support/test-reconciler.ts'

const log = createLogger({ level: 'silent', name: 'test' })

describe('the request count of a day', () => {
  it.each([
    ['the table takes it', 7],
    ['the table refuses it', 4],
  ])('includes requests made while a sum is being written, and after %s', async (_how, known) => {
    const write = Promise.withResolvers<number>()
    const use = new DayUse({ add: () => write.promise, now: () => 0, log })
    const limits = new RequestLimits({ deployment: 'd', replicaCount: () => 1, use, now: () => 0, count() {} })
    limits.set({ requestsPerDay: 4 })
    for (let times = 0; times < 3; times++) limits.admit(undefined)
    const summed = use.sum()
    expect(use.of('d')).toBe(3)
    limits.admit(undefined)
    expect(() => limits.admit(undefined)).toThrow(expect.objectContaining({ code: 'quota_used_up' }))
    if (known === 7) write.resolve(6)
    else write.reject(new Error('the table does not answer'))
    await summed
    expect(use.of('d')).toBe(known)
  })

  it('is fetched with the first request, and not with each, by a replica that was idle while others used up the quota', async () => {
    const state = { nowMs: 0, inTable: 0 }
    const writes: number[] = []
    const add = async ({ requests }: { requests: number }) => {
      writes.push(requests)
      state.inTable += requests
      return state.inTable
    }
    const now = () => state.nowMs
    const use = new DayUse({ add, now, log })
    const limits = new RequestLimits({ deployment: 'd', replicaCount: () => 2, use, now, count() {} })
    limits.set({ requestsPerDay: 1000 })
    await use.sum()
    state.nowMs += 60_000
    state.inTable += 1000
    for (let times = 0; times < 3; times++) limits.admit(undefined)
    await new Promise((resolve) => setImmediate(resolve))
    expect(() => limits.admit(undefined)).toThrow(expect.objectContaining({ code: 'quota_used_up' }))
    expect(writes).toEqual([0, 1])
    await use.sum()
    expect(writes).toEqual([0, 1, 2])
  })

  it('is never written twice at once, so that a late answer cannot overwrite a newer one, and is complete on close', async () => {
    const state = { nowMs: 0, inTable: 0, atOnce: 0, atOnceMax: 0 }
    const open: (() => void)[] = []
    const add = async ({ requests }: { requests: number }) => {
      state.inTable += requests
      const sum = state.inTable
      state.atOnceMax = Math.max(state.atOnceMax, ++state.atOnce)
      await new Promise<void>((resolve) => open.push(resolve))
      state.atOnce--
      return sum
    }
    const use = new DayUse({ add, now: () => state.nowMs, log })
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const answered = async () => {
      await turn()
      for (const answer of open.splice(0).reverse()) answer()
      await turn()
    }
    use.follow('d')
    await Promise.all([use.sum(), answered()])
    state.nowMs += 60_000
    for (let times = 0; times < 3; times++) use.add('d')
    await turn()
    use.add('d')
    const second = use.sum()
    await answered()
    use.add('d')
    const closing = use.sum()
    await answered()
    await answered()
    await Promise.all([second, closing])
    expect([state.inTable, use.of('d'), state.atOnceMax]).toEqual([5, 5, 1])
  })

  it('is fetched by a new replica before its first request', async () => {
    const use = new DayUse({ add: async () => 10, now: () => 0, log })
    const limits = new RequestLimits({ deployment: 'd', replicaCount: () => 2, use, now: () => 0, count() {} })
    limits.set({ requestsPerDay: 10 })
    await use.sum()
    expect(() => limits.admit(undefined)).toThrow(expect.objectContaining({ code: 'quota_used_up' }))
  })

  it('counts requests for the day they were answered, even if written after midnight', async () => {
    const state = { nowMs: Date.parse('2026-11-20T23:59:59.000Z') }
    const written: unknown[] = []
    const add = async ({ day, requests }: { day: string; requests: number }) => {
      written.push([day, requests])
      return requests
    }
    const use = new DayUse({ add, now: () => state.nowMs, log })
    use.add('d')
    state.nowMs += 2000
    await use.sum()
    expect(use.of('d')).toBe(0)
    await use.sum()
    expect(written).toEqual([
      ['2026-11-20', 1],
      ['2026-11-21', 0],
    ])
  })

  it('is written for several deployments at once, and again only for those with new requests', async () => {
    const written: [string, number][] = []
    const state = { atOnce: 0, atOnceMax: 0 }
    const use = new DayUse({
      async add({ deployment, requests }) {
        state.atOnceMax = Math.max(state.atOnceMax, ++state.atOnce)
        await new Promise((resolve) => setImmediate(resolve))
        state.atOnce--
        written.push([deployment, requests])
        return requests
      },
      now: () => 0,
      log,
    })
    for (let n = 0; n < 60; n++) use.of(`d${n}`)
    await use.sum()
    expect(written).toHaveLength(60)
    expect(state.atOnceMax).toBeGreaterThan(1)
    expect(state.atOnceMax).toBeLessThanOrEqual(25)
    written.splice(0)
    use.add('d7')
    await use.sum()
    await use.sum()
    expect(written).toEqual([['d7', 1]])
  })

  it('is known to a new replica before its first answer, even for a model loaded on demand', async () => {
    const { state, reconciler, answeredElsewhere } = await startReconciler()
    answeredElsewhere(100)
    state.desired = [deployment('iris', { min: 0, limits: { requestsPerDay: 100 } })]
    await reconciler.pass()
    await expect.poll(() => reconciler.deployments.get('iris')?.state).toBe('READY')
    const limits = reconciler.deployments.get('iris')?.limits
    expect(() => limits?.admit(undefined)).toThrow(expect.objectContaining({ code: 'quota_used_up' }))
  })

  it('includes what a replica answered just before it left', async () => {
    const { state, pass, reconciler, summed } = await startReconciler()
    state.desired = [deployment('iris', { limits: { requestsPerDay: 100 } })]
    await pass()
    const limits = reconciler.deployments.get('iris')?.limits
    for (let times = 0; times < 3; times++) limits?.admit(undefined)
    await reconciler.close()
    expect(summed()).toBe(3)
  })
})
