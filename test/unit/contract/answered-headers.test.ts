import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRegistryApp } from '../../../functions/registry/app.ts'
import { openapiDocument } from '../../../shared/contract/openapi.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { defaultQuotas } from '../../../shared/table/quotas.ts'
import { admin } from '../../support/principals.ts'
import { deployTargets, publishTarget } from '../gpu-service/support/test-deployments.ts'
import { embedderModel } from '../gpu-service/support/test-models.ts'
import { startTestServing, type TestServing } from '../gpu-service/support/test-serving.ts'

type Responses = Record<string, { headers?: Record<string, unknown> }>
const paths = openapiDocument({ version: '0' }).paths as unknown as Record<
  string,
  Record<string, { responses: Responses }>
>

/** The documented headers of such a response, in lower case like those of `fetch`. */
function describedOf(route: { method: string; path: string }, status: number): string[] {
  const responses = paths[route.path]?.[route.method]?.responses ?? {}
  const answer = responses[status] ?? responses[`${Math.floor(status / 100)}XX`]
  return Object.keys(answer?.headers ?? {}).map((name) => name.toLowerCase())
}

/** Headers of HTTP itself, which no API documents. */
const ofHttp = /^(?:content-|cache-control$|vary$)/
const told = (answer: Response) => [...answer.headers.keys()].filter((name) => !ofHttp.test(name)).toSorted()

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([])
  const target = await publishTarget(host, await embedderModel())
  await deployTargets(host, {
    name: 'limited',
    targets: [target],
    limits: { requestsPerSecond: 1, tokensPerMinute: 1000 },
  })
})
afterAll(() => host.close())

describe('a model', () => {
  it('answers only with documented headers, and with all that a refusal needs', async () => {
    const route = { method: 'post', path: '/v1/embeddings' }
    const ask = () => host.ask(route.path, { json: { model: 'limited', input: 'a text' } })
    const answers: Response[] = []
    const statuses = async () => {
      answers.push(...(await Promise.all([ask(), ask(), ask()])))
      return answers.map(({ status }) => status)
    }
    const both = expect.poll(statuses, { timeout: 20_000, interval: 300 })
    await both.toEqual(expect.arrayContaining([200, 429]))
    for (const answer of answers)
      for (const name of told(answer)) expect(describedOf(route, answer.status), `${answer.status}`).toContain(name)
    const refused = answers.find(({ status }) => status === 429)
    expect(told(refused as Response)).toEqual(expect.arrayContaining(['retry-after', 'retry-after-ms', 'x-request-id']))
    const good = answers.find(({ status }) => status === 200)
    expect(told(good as Response)).toEqual(
      expect.arrayContaining(['x-queue-time', 'x-tokens', 'x-ratelimit-limit-requests']),
    )
  })
})

describe('the registry', () => {
  it('answers only with documented headers, within a quota and over it', async () => {
    const app = createRegistryApp({
      table: host.table,
      ingest: { send: async () => {}, sendMany: async () => {} },
      version: '0',
      verify: async () => admin(),
      log: createLogger({ level: 'silent' }),
      metrics: createMetrics(),
      quotas: { ...defaultQuotas, requestsPerMinute: 2 },
    })
    const route = { method: 'get', path: '/api/v1/deployments/{name}' }
    const ask = (headers = {}) => app.request('/api/v1/deployments/limited', { headers })
    const first = await ask()
    const answers = [first, await ask({ 'if-none-match': first.headers.get('etag') ?? '' }), await ask()]
    // A new minute may begin in between.
    expect(answers.map(({ status }) => status).slice(0, 2)).toEqual([200, 304])
    while (answers.at(-1)?.status !== 429) answers.push(await ask())
    for (const answer of answers)
      for (const name of told(answer)) expect(describedOf(route, answer.status), `${answer.status}`).toContain(name)
    expect(told(first)).toEqual(['etag', 'ratelimit', 'ratelimit-policy', 'x-request-id'])
    expect(told(answers.at(-1) as Response)).toEqual(expect.arrayContaining(['ratelimit', 'retry-after']))
  })
})
