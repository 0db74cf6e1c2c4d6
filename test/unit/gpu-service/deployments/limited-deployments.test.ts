import { describe, expect, it } from 'vitest'
import { metricValue } from '../support/metric-value.ts'
import { rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import type { TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})
const metric = (start: string) => metricValue(host, start)

describe('a deployment with limits', () => {
  it('answers as many requests per second as its limit, and tells the others when to retry', async () => {
    const target = await publishTarget(host, await irisModel())
    await deployTargets(host, { name: 'limited', targets: [target], limits: { requestsPerSecond: 5 } })
    await answers('limited')
    const all = await Promise.all(Array.from({ length: 30 }, () => ask('limited')))
    const refused = all.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(20)
    expect(all.length - refused.length).toBeGreaterThanOrEqual(4)
    const [one] = refused
    expect(await one?.json()).toMatchObject({ code: 'rate_limited' })
    expect(Number(one?.headers.get('retry-after-ms'))).toBeGreaterThan(0)
    expect(one?.headers.get('x-ratelimit-limit-requests')).toBe('5')
    expect(one?.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    const waitMs = Number(one?.headers.get('retry-after-ms'))
    await expect.poll(async () => (await ask('limited')).status, { timeout: waitMs + 1000 }).toBe(200)
  })

  it('stops at its requests per day and its tokens per minute', async () => {
    const rows = await publishTarget(host, await irisModel())
    const texts = await publishTarget(host, await embedderModel())
    await deployTargets(host, { name: 'daily', targets: [rows], limits: { requestsPerDay: 3 } })
    await deployTargets(host, { name: 'tokens', targets: [texts], limits: { tokensPerMinute: 10 } })
    const codeOf = async (answer: Promise<Response>) => ((await (await answer).json()) as { code?: string }).code
    await answers('daily')
    await expect.poll(() => codeOf(ask('daily')), slow).toBe('quota_used_up')
    expect((await ask('daily')).headers.get('x-should-retry')).toBe('false')
    const embed = () => host.ask('/api/v1/predict/tokens', { json: { inputs: 'a text of several words' } })
    await expect.poll(async () => (await embed()).status, slow).toBe(200)
    await expect.poll(() => codeOf(embed()), slow).toBe('rate_limited')
    const asOpenai = await host.ask('/v1/embeddings', { json: { model: 'tokens', input: 'a text of several words' } })
    expect(await asOpenai.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limited' } })
  })

  it('does not count metadata, health and readiness requests of any protocol, nor copy them to its shadow', async () => {
    const model = await irisModel()
    const [target, same] = [await publishTarget(host, model), await publishTarget(host, model)]
    const shadow = { target: same, percent: 100 }
    await deployTargets(host, { name: 'probed', targets: [target], shadow, limits: { requestsPerDay: 2 } })
    const base = '/api/v1/predict/probed'
    const probes = [
      '/v2/models/probed',
      '/v2/models/probed/config',
      '/v2/models/probed/stats',
      '/v2/models/probed/ready',
    ]
    const paths = [...probes, `${base}/info`, `${base}/health`, `${base}/ping`]
    const statuses = async () => Promise.all(paths.map(async (path) => (await host.ask(path)).status))
    await expect.poll(statuses, slow).toEqual(paths.map(() => 200))
    for (let times = 0; times < 3; times++) await statuses()
    expect([(await ask('probed')).status, (await ask('probed')).status]).toEqual([200, 200])
    expect((await ask('probed')).status).toBe(429)
    // These still answer for a model whose quota for today is used up.
    expect(await statuses()).toEqual(paths.map(() => 200))
    expect(await (await host.ask('/v2/models/probed/ready')).json()).toEqual({ name: 'probed', ready: true })
    expect(await metric('key_requests_total{deployment="probed"')).toBe(2)
    await expect.poll(async () => (await metric('shadow_requests_total{deployment="probed"')) > 0, slow).toBe(true)
    expect(await metric('shadow_requests_total{deployment="probed",outcome="error"}')).toBe(0)
  })
})
