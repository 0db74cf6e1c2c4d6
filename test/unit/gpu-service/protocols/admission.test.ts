import { describe, expect, it, vi } from 'vitest'
import { createAdmission } from '../../../../gpu-service/protocols/admission.ts'
import { patienceOf } from '../../../../gpu-service/protocols/call-options.ts'
import { manualBatcher } from '../support/manual-batcher.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

describe('createAdmission', () => {
  it("refuses by the caller's own wait before reading the body, if only one model is served", () => {
    const { batcher } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 10, runMs: 100 })
    for (let item = 0; item < 11; item++) void batcher.submit(10, { tenant: 'busy' })
    const served = [{ queues: [batcher] }]
    const { assertRoom } = createAdmission(() => served)
    expect(() => assertRoom({ tenant: 'busy' })).toThrow(
      expect.objectContaining({ status: 429, retryAfterSeconds: 1.1 }),
    )
    expect(() => assertRoom({ tenant: 'quiet' })).not.toThrow()
    served.push({ queues: [] })
    expect(() => assertRoom({ tenant: 'busy' })).not.toThrow()
  })
})

describe('patienceOf', () => {
  it('lets a request of many inputs wait longer than one text', () => {
    expect(['100', '5000', '1000000', undefined].map(patienceOf)).toEqual([1, 2, 4, 4])
  })
})

describe('an overloaded service', () => {
  it('answers 429 with Retry-After in seconds and milliseconds, and answers again once the queue is short', async () => {
    const host = await startTestServing([await embedderModel()], { waitMsMax: 0, engines: 1 })
    const ask = (input: string | string[]) => host.ask('/v1/embeddings', { json: { model: 'tiny', input } })
    const large = ask(Array.from({ length: 2048 }, (_, index) => `the sun shines ${index}`))
    const queued = async () => (await host.metrics.queueDepth.get()).values[0]?.value
    await vi.waitFor(async () => expect(await queued()).toBeGreaterThan(1000), { interval: 1, timeout: 30_000 })
    const refused = await ask('the sun shines')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(refused.headers.get('retry-after-ms'))).toBeGreaterThanOrEqual(100)
    expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'overloaded' } })
    expect((await large).status).toBe(200)
    expect((await ask('the sun shines')).status).toBe(200)
    await host.close()
  })
})
