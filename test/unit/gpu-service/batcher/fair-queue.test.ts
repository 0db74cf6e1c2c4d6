import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairQueue } from '../../../../gpu-service/batcher/fair-queue.ts'
import type { InLine } from '../../../../gpu-service/batcher/tenant-line.ts'

interface Member extends InLine<Member> {
  id: number
  tenant: string
  size: number
}

const weightOf = (tenant: string) => (tenant === 'a' ? 2 : 1)
const member = (id: number, tenant: string, size: number): Member => ({
  ...{ id, tenant, size, waitMs: size },
  call: { arrivedMs: id },
  ...{ line: undefined, previous: undefined, next: undefined },
})

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'add', 'take', 'leave'),
    tenant: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    size: fc.integer({ min: 1, max: 50 }),
    which: fc.nat(),
  }),
  { maxLength: 120 },
)

describe('FairQueue', () => {
  it('walks the queue in exactly the order in which it would be taken, after any history', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const queue = new FairQueue<Member>(weightOf)
        const waiting: Member[] = []
        const take = (taken: Member) => {
          const { line } = taken
          queue.remove(taken)
          if (line !== undefined) queue.charge(line, taken.size)
          waiting.splice(waiting.indexOf(taken), 1)
        }
        for (const [id, { kind, tenant, size, which }] of list.entries()) {
          if (kind === 'add') {
            const added = member(id, tenant, size)
            waiting.push(added)
            queue.add(added, tenant)
          } else if (kind === 'take' && queue.first !== undefined) take(queue.first)
          else if (kind === 'leave' && waiting.length > 0) {
            const [gone] = waiting.splice(which % waiting.length, 1)
            if (gone !== undefined) queue.remove(gone)
          }
          expect(queue.size).toBe(waiting.length)
          expect(queue.waitMs).toBe(waiting.reduce((total, { waitMs }) => total + waitMs, 0))
          expect(queue.oldestMs).toBe(Math.min(Number.POSITIVE_INFINITY, ...waiting.map(({ id: at }) => at)))
        }
        const walked: Member[] = []
        queue.walk(
          ({ size }) => size,
          (met) => walked.push(met) > 0,
        )
        expect(new Set(walked)).toEqual(new Set(waiting))
        const taken: Member[] = []
        for (let { first } = queue; first !== undefined; { first } = queue) {
          taken.push(first)
          take(first)
        }
        expect(walked.map(({ id }) => id)).toEqual(taken.map(({ id }) => id))
      }),
      { seed: 20261121, numRuns: 300 },
    )
  })

  it('predicts the wait ahead of a new member: its own backlog and a turn, times the share of all, or the whole queue', () => {
    const queue = new FairQueue<Member>(weightOf)
    expect(queue.aheadMs('b')).toBe(0)
    for (let id = 0; id < 10; id++) queue.add(member(id, 'b', 10), 'b')
    // The tenant "a" has twice the weight of the others.
    expect(['a', 'b', 'c'].map((tenant) => queue.aheadMs(tenant))).toEqual([15, 100, 20])
    queue.add(member(10, 'a', 10), 'a')
    expect(['a', 'b', 'c'].map((tenant) => queue.aheadMs(tenant))).toEqual([30, 110, 40])
  })

  it('forgets tenants that have left, however many there were', () => {
    const queue = new FairQueue<Member>()
    const staying = member(0, 'staying', 1)
    queue.add(staying, 'staying')
    for (let id = 1; id < 20_000; id++) {
      const passing = member(id, `passing ${id}`, 1000)
      queue.add(passing, passing.tenant)
      const { line } = passing
      queue.remove(passing)
      if (line !== undefined) queue.charge(line, passing.size)
    }
    expect(queue.rememberedTenants).toBeLessThan(2000)
    queue.remove(staying)
    expect(queue.rememberedTenants).toBe(0)
  })
})
