import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([await embedderModel()], { engines: 1, waitMsMax: 60_000 })
})
afterAll(() => host.close())

const ask = (headers: Record<string, string>, input: string | string[] = 'the sun shines') =>
  host.ask('/v1/embeddings', { json: { model: 'tiny', input }, headers })

describe('a request that says how long it waits', () => {
  it.each(['x-request-timeout', 'x-stainless-timeout'])(
    'by %s is told 504 where that is over, and the SDKs are told not to try again',
    async (name) => {
      const answer = await ask({ [name]: '0.000001' })
      expect(answer.status).toBe(504)
      expect(answer.headers.get('x-should-retry')).toBe('false')
      expect(answer.headers.get('retry-after')).toBeNull()
      expect(await answer.json()).toMatchObject({ error: { code: 'deadline_exceeded' } })
    },
  )

  it('is answered within it, or told 504 or 429 not long after, while another has thousands of texts before it', async () => {
    const texts = Array.from({ length: 2048 }, (_, index) => `the sun shines ${index} times`)
    const large = ask({}, texts)
    const startedMs = performance.now()
    const answer = await ask({ 'x-request-timeout': '0.05' })
    // Nobody looked at the clock while the thread was busy with the large one's tokens.
    expect(performance.now() - startedMs).toBeLessThan(2000)
    expect([200, 429, 504]).toContain(answer.status)
    expect((await large).status).toBe(200)
  })

  it('is answered when there is time enough', async () => {
    expect((await ask({ 'x-request-timeout': '30', 'x-priority': 'bulk' })).status).toBe(200)
  })

  it('is told 400 where that is no time, and where its priority is none', async () => {
    for (const headers of [{ 'x-request-timeout': 'soon' }, { 'x-request-timeout': '-1' }, { 'x-priority': 'high' }])
      expect((await ask(headers as Record<string, string>)).status).toBe(400)
  })
})

describe('one text asked for by many at once', () => {
  it('is computed once, and counted', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask({}, 'the same text for all')))
    const vectors = await Promise.all(
      answers.map(async (answer) => {
        const { data } = (await answer.json()) as { data: { embedding: number[] }[] }
        return JSON.stringify(data[0]?.embedding)
      }),
    )
    expect(new Set(vectors).size).toBe(1)
    expect(vectors[0]).toMatch(/^\[-?0/)
    const { values } = await host.metrics.reusedAnswers.get()
    expect(values.find(({ labels }) => labels.from === 'run')?.value).toBeGreaterThan(0)
  })
})
