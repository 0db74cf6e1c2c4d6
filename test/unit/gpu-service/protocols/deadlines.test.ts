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

describe('a request with a timeout', () => {
  it.each(['x-request-timeout', 'x-stainless-timeout', 'x-stainless-read-timeout'])(
    'gets 504 when %s has passed, and SDKs are told not to retry',
    async (name) => {
      const answer = await ask({ [name]: '0.000001' })
      expect(answer.status).toBe(504)
      expect(answer.headers.get('x-should-retry')).toBe('false')
      expect(answer.headers.get('retry-after')).toBeNull()
      expect(await answer.json()).toMatchObject({ error: { code: 'deadline_exceeded' } })
    },
  )

  it('gets its answer, a 504 or a 429 before another request that has thousands of texts queued', async () => {
    const texts = Array.from({ length: 2048 }, (_, index) => `the sun shines ${index} times`)
    const ended: string[] = []
    const noted = (name: string, answer: Promise<Response>) => answer.finally(() => ended.push(name))
    const large = noted('large', ask({}, texts))
    const answer = await noted('small', ask({ 'x-request-timeout': '0.05' }))
    expect([200, 429, 504]).toContain(answer.status)
    expect((await large).status).toBe(200)
    expect(ended).toEqual(['small', 'large'])
  })

  it('is answered if there is enough time', async () => {
    expect((await ask({ 'x-request-timeout': '30', 'x-priority': 'bulk' })).status).toBe(200)
  })

  it('gets 400 for an invalid timeout or priority', async () => {
    for (const headers of [{ 'x-request-timeout': 'soon' }, { 'x-request-timeout': '-1' }, { 'x-priority': 'high' }])
      expect((await ask(headers as Record<string, string>)).status).toBe(400)
  })
})

describe('the OpenAI SDK', () => {
  it.each([500, 900, 1500])('gets its answer with a timeout of %d ms', async (timeout) => {
    const fetch = (url: string | URL | Request, init?: RequestInit) => host.ask(new URL(String(url)).pathname, init)
    const openai = new OpenAI({ apiKey: host.token, baseURL: 'http://slipway/v1', fetch, maxRetries: 5 })
    const { data } = await openai.embeddings.create({ model: 'tiny', input: 'the sun shines' }, { timeout })
    expect(data).toHaveLength(1)
  })
})

describe('a timeout that an SDK truncates to whole seconds', () => {
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
  ])("is extended, so that it does not end before the SDK's own: %s", async (value, seconds) => {
    expect(await secondsOf({ 'x-stainless-timeout': value })).toBe(seconds)
    expect(await secondsOf({ 'x-stainless-read-timeout': value })).toBe(seconds)
  })

  it('is exact if the caller sets it', async () => {
    expect(await secondsOf({ 'x-request-timeout': '2' })).toBe(2)
  })
})

describe('one text requested by many at once', () => {
  it('is computed once, and the reuse is counted', async () => {
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
