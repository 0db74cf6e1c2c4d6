import { Hono } from 'hono'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callOptions } from '../../../../gpu-service/protocols/call-options.ts'
import type { ServingEnvironment } from '../../../../gpu-service/protocols/serving-environment.ts'
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
  it.each(['x-request-timeout', 'x-stainless-timeout', 'x-stainless-read-timeout'])(
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

describe('the OpenAI SDK', () => {
  it.each([500, 900, 1500])('may be told to wait for %d ms', async (timeout) => {
    const fetch = (url: string | URL | Request, init?: RequestInit) => host.ask(new URL(String(url)).pathname, init)
    const openai = new OpenAI({ apiKey: host.token, baseURL: 'http://slipway/v1', fetch, maxRetries: 5 })
    const { data } = await openai.embeddings.create({ model: 'tiny', input: 'the sun shines' }, { timeout })
    expect(data).toHaveLength(1)
  })
})

describe('seconds that an SDK cut to whole ones', () => {
  const secondsOf = async (headers: Record<string, string>) => {
    const app = new Hono<ServingEnvironment>()
    app.get('/', (context) => {
      context.set('place', { priority: 'interactive', tenant: 'a', patience: 1 })
      return context.json((callOptions(context, () => 0).deadlineMs ?? 0) / 1000)
    })
    return (await app.request('/', { headers })).json()
  }

  it.each([
    ['0', 1],
    ['1', 2],
    ['600', 601],
    ['0.5', 0.5],
    ['10.0', 10],
  ])('are not over before the SDK leaves by itself, where it says %s', async (value, seconds) => {
    expect(await secondsOf({ 'x-stainless-timeout': value })).toBe(seconds)
    expect(await secondsOf({ 'x-stainless-read-timeout': value })).toBe(seconds)
  })

  it('are exact where the caller writes them himself', async () => {
    expect(await secondsOf({ 'x-request-timeout': '2' })).toBe(2)
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
