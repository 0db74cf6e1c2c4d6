import { describe, expect, it } from 'vitest'
import { PictureQueue } from '../../../../../gpu-service/tasks/image/picture-queue.ts'

const { signal } = new AbortController()
const queueOf = (change: Partial<ConstructorParameters<typeof PictureQueue>[0]> = {}) =>
  new PictureQueue<string>({ decoders: 1, waitMsMax: 2000, ...change })

/** Queues pictures, and records whose turn came in which order. */
function waiting(queue: PictureQueue<string>) {
  const served: string[] = []
  const wait = (tenant: string, { pictureMs = 10, sizeBytes = 1, by = signal } = {}) =>
    queue.wait({ sizeBytes, pictureMs, asker: { signal: by, tenant } }).then(() => {
      served.push(tenant)
    })
  return { served, wait }
}

describe('pictures waiting for a decoder', () => {
  it('take turns by tenant, however many one of them sent first', async () => {
    const queue = queueOf()
    const { served, wait } = waiting(queue)
    const all = [...Array.from({ length: 50 }, () => wait('many')), wait('few'), wait('few'), wait('one')]
    for (let turn = 0; turn < all.length; turn++) expect(queue.give('decoder')).toBe(true)
    await Promise.all(all)
    expect(served.indexOf('one')).toBeLessThan(5)
    expect(served.lastIndexOf('few')).toBeLessThan(7)
    expect(queue.give('decoder')).toBe(false)
  })

  it('are charged by decoding time, so that a tenant with large pictures gets fewer', async () => {
    const queue = queueOf({ waitMsMax: 100_000 })
    const { served, wait } = waiting(queue)
    const all = Array.from({ length: 20 }, () => [wait('large', { pictureMs: 90 }), wait('small')]).flat()
    for (let turn = 0; turn < 10; turn++) queue.give('decoder')
    await new Promise(setImmediate)
    expect(served.filter((tenant) => tenant === 'small').length).toBeGreaterThanOrEqual(8)
    while (queue.give('decoder'));
    await Promise.all(all)
  })

  it("are refused for the backlog of their own tenant, not for another's", async () => {
    const queue = queueOf({ waitMsMax: 500 })
    const { wait } = waiting(queue)
    const all = Array.from({ length: 51 }, () => wait('many'))
    expect(() => wait('many')).toThrow(expect.objectContaining({ code: 'overloaded', retryAfterSeconds: 1 }))
    all.push(wait('one'))
    while (queue.give('decoder'));
    await Promise.all(all)
  })

  it("fill at most their tenant's share of the memory", async () => {
    const queue = queueOf({ waitingMaxBytes: 100 })
    const { wait } = waiting(queue)
    const all = [wait('large', { sizeBytes: 70 })]
    expect(() => wait('large', { sizeBytes: 10 })).toThrow(expect.objectContaining({ code: 'overloaded' }))
    all.push(wait('one', { sizeBytes: 30 }))
    expect(() => wait('two')).toThrow(expect.objectContaining({ code: 'overloaded' }))
    while (queue.give('decoder'));
    await Promise.all(all)
    const again = wait('large', { sizeBytes: 70 })
    queue.give('decoder')
    await again
  })

  it('leave the queue and free their memory when their caller leaves', async () => {
    const queue = queueOf({ waitingMaxBytes: 100 })
    const { wait } = waiting(queue)
    const caller = new AbortController()
    const left = Array.from({ length: 7 }, () => wait('one', { sizeBytes: 10, by: caller.signal }))
    caller.abort()
    for (const one of left) await expect(one).rejects.toMatchObject({ code: 'client_closed' })
    expect(queue.size).toBe(0)
    const next = wait('one', { sizeBytes: 70 })
    expect(queue.give('decoder')).toBe(true)
    await next
  })
})
