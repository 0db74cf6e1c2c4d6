import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  changeDeployment,
  defaultPool,
  deleteDeployment,
  getDeployment,
  liveReplicas,
  poolReplicas,
  targetsOf,
} from '../../../../shared/table/deployments.ts'
import { makeKey, makeUser } from '../../../support/make-key.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

/** For a machine that is busy with others. */
const slow = { timeout: 20_000 }
const row = { inputs: [[5.1, 3.5, 1.4, 0.2]] }

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([], { heartbeatMs: 50, waitMsMax: 60_000 })
})
afterAll(() => host.close())

const ask = (name: string, headers: Record<string, string> = {}) =>
  host.ask(`/api/v1/predict/${name}`, { json: row, headers })
const answers = (name: string) => expect.poll(async () => (await ask(name)).status, slow).toBe(200)
const revisionOf = async (answer: Promise<Response>) => (await answer).headers.get('x-model-revision')

async function metric(line: string): Promise<number> {
  const text = await host.metrics.registry.metrics()
  const found = text.split('\n').find((one) => one.startsWith(line))
  return Number(found?.split(' ').at(-1) ?? 0)
}

describe('a deployment', () => {
  it('is changed under load without a dropped request, and each answer says which revision gave it', async () => {
    const model = await irisModel()
    const revisions = await Promise.all(Array.from({ length: 4 }, () => publishTarget(host, model)))
    const [first] = revisions
    if (first === undefined) throw new Error('unreachable')
    await deployTargets(host, { name: 'moving', targets: [first] })
    await answers('moving')
    const placeOf = (revision: string | null) => revisions.findIndex((target) => target.revision === revision)
    /** The newest that has answered anybody so far. */
    let newest = 0
    const seen: { status: number; place: number; atLeast: number }[] = []
    let isOver = false
    const client = async () => {
      while (!isOver) {
        const atLeast = newest
        const answer = await ask('moving')
        seen.push({ status: answer.status, place: placeOf(answer.headers.get('x-model-revision')), atLeast })
        await answer.arrayBuffer()
      }
    }
    const clients = Promise.all(Array.from({ length: 8 }, client))
    for (const [place, target] of revisions.entries()) {
      if (place === 0) continue
      await changeDeployment(host.table, 'moving', (item) => ({ ...item, ...target, targets: [target] }))
      await expect.poll(() => revisionOf(ask('moving')), slow).toBe(target.revision)
      newest = place
    }
    isOver = true
    await clients
    expect(seen.length).toBeGreaterThan(200)
    expect(seen.filter(({ status }) => status !== 200)).toEqual([])
    expect(new Set(seen.map(({ place }) => place))).toEqual(new Set(revisions.keys()))
    expect(seen.filter(({ place, atLeast }) => place < atLeast)).toEqual([])
  })

  it('gives its model back when it is deleted, by whichever protocol it was asked or asked about', async () => {
    const own = await startTestServing([])
    onTestFinished(() => own.close())
    const target = await publishTarget(own, await embedderModel())
    const tensor = (name: string) => ({ name, shape: [1, 2], datatype: 'INT64', data: [1, 2] })
    const inputs = ['input_ids', 'attention_mask'].map(tensor)
    const requests: [string, (name: string) => string, (name: string) => unknown, number][] = [
      ['pipeline', (name) => `/api/v1/predict/${name}`, () => ({ inputs: 'a text' }), 200],
      ['embed', (name) => `/api/v1/predict/${name}/embed`, () => ({ inputs: 'a text' }), 200],
      ['rerank', (name) => `/api/v1/predict/${name}/rerank`, () => ({ query: 'a', texts: ['b'] }), 424],
      ['v1-rerank', (name) => `/api/v1/predict/${name}/v1/rerank`, () => ({ query: 'a', documents: ['b'] }), 400],
      ['openai', () => '/v1/embeddings', (model) => ({ model, input: 'a text' }), 200],
      ['infer', (name) => `/v2/models/${name}/infer`, () => ({ inputs }), 200],
      ['info', (name) => `/api/v1/predict/${name}/info`, () => undefined, 200],
      ['metadata', (name) => `/v2/models/${name}`, () => undefined, 200],
      ['ready', (name) => `/v2/models/${name}/ready`, () => undefined, 200],
    ]
    const items = await Promise.all(requests.map(([name]) => deployTargets(own, { name, targets: [target] })))
    for (const [name, pathOf, bodyOf, status] of requests) {
      await expect.poll(async () => (await own.ask(`/api/v1/predict/${name}/health`)).status, slow).toBe(200)
      const answer = await own.ask(pathOf(name), { json: bodyOf(name) })
      expect([name, answer.status, await answer.text()]).toEqual([name, status, expect.any(String)])
    }
    const told = () => own.metrics.registry.metrics()
    expect(await told()).toContain('models_resident 1')
    for (const item of items) await deleteDeployment(own.table, item)
    // Of one that still holds its model, they stay.
    await expect.poll(told, slow).not.toMatch(/deployment="/)
    await expect.poll(told, slow).toContain('models_resident 0')
  })

  it('shares its requests by weight, and answers those of one session by one target', async () => {
    const model = await irisModel()
    const a = await publishTarget(host, model, { ref: 'a', weight: 80 })
    const b = await publishTarget(host, model, { ref: 'b', weight: 20 })
    await deployTargets(host, { name: 'shared', targets: [a, b] })
    await answers('shared')
    await expect
      .poll(async () => {
        const revisions = await Promise.all(Array.from({ length: 40 }, () => revisionOf(ask('shared'))))
        return new Set(revisions).size
      }, slow)
      .toBe(2)
    const sessions = Array.from({ length: 400 }, (_, n) => ({ 'x-session-id': `session-${n}` }))
    const chosen = await Promise.all(sessions.map((headers) => revisionOf(ask('shared', headers))))
    const shareOfB = chosen.filter((revision) => revision === b.revision).length / chosen.length
    expect(shareOfB).toBeGreaterThan(0.13)
    expect(shareOfB).toBeLessThan(0.27)
    expect(await Promise.all(sessions.map((headers) => revisionOf(ask('shared', headers))))).toEqual(chosen)
  })

  it('answers a caller always by one target where it is sticky by caller', async () => {
    const model = await irisModel()
    const targets = [await publishTarget(host, model, { ref: 'a' }), await publishTarget(host, model, { ref: 'b' })]
    await deployTargets(host, { name: 'sticky', targets, stickyBy: 'caller' })
    const sessions = Array.from({ length: 40 }, (_, n) => ({ 'x-session-id': `session-${n}` }))
    await expect
      .poll(async () => new Set(await Promise.all(sessions.map((of) => revisionOf(ask('sticky', of))))).size, slow)
      .toBe(2)
    expect(new Set(await Promise.all(sessions.map(() => revisionOf(ask('sticky'))))).size).toBe(1)
  })

  it('takes a target that fails several callers out of service by itself, once, and says why; one caller alone cannot', async () => {
    const stable = await publishTarget(host, await irisModel(), { weight: 50 })
    // Takes texts, and so fails every row.
    const failing = await publishTarget(host, await embedderModel(), { weight: 50 })
    const canary = { maxErrorRate: 0.1, minRequests: 10, windowSeconds: 60 }
    await deployTargets(host, { name: 'guarded', targets: [stable, failing], canary })
    await answers('guarded')
    const rolledBack = async () => targetsOf((await getDeployment(host.table, 'guarded')) ?? failed())[1]?.rolledBack
    const byOne = async () => Promise.all(Array.from({ length: 40 }, async () => (await ask('guarded')).status))
    await expect.poll(async () => new Set(await byOne()), slow).toEqual(new Set([200, 422]))
    // Several judgements later.
    await pause(300)
    expect(await rolledBack()).toBeUndefined()
    const users = await Promise.all([1, 2, 3].map(() => makeUser(host.table, { role: 'admin' })))
    const tokens = await Promise.all(users.map((user) => makeKey(host.table, { user })))
    const askAs = (token: string) => host.ask('/api/v1/predict/guarded', { json: row, token })
    await expect
      .poll(async () => {
        await Promise.all(tokens.flatMap((token) => Array.from({ length: 10 }, () => askAs(token))))
        return rolledBack()
      }, slow)
      .toMatchObject({ reason: expect.stringContaining('% of its last'), weight: 50 })
    const first = await rolledBack()
    await expect
      .poll(async () => {
        const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await ask('guarded')).status))
        return new Set(statuses)
      }, slow)
      .toEqual(new Set([200]))
    expect(await rolledBack()).toEqual(first)
    expect((await getDeployment(host.table, 'guarded'))?.version).toBe(2)
  })

  it('takes a target out of service that cannot be loaded', async () => {
    const model = await irisModel()
    const stable = await publishTarget(host, model)
    const files = { ...model.files, 'model.onnx': Buffer.from('no graph at all') }
    const broken = await publishTarget(host, { ...model, files })
    const canary = { maxErrorRate: 0.1, minRequests: 10, windowSeconds: 60 }
    await deployTargets(host, { name: 'unloadable', targets: [stable, broken], canary })
    await expect
      .poll(async () => (await getDeployment(host.table, 'unloadable'))?.targets?.[1]?.rolledBack?.reason, {
        timeout: 10_000,
      })
      .toContain('could not be loaded')
    await answers('unloadable')
  })

  it('copies requests to its shadow without its callers ever noticing, whatever becomes of the copies', async () => {
    const [stable, same] = await Promise.all([irisModel(), irisModel()].map(async (m) => publishTarget(host, await m)))
    const failing = await publishTarget(host, await embedderModel())
    if (stable === undefined || same === undefined) throw new Error('unreachable')
    await deployTargets(host, { name: 'mirrored', targets: [stable], shadow: { target: same, percent: 100 } })
    await deployTargets(host, { name: 'hindered', targets: [stable], shadow: { target: failing, percent: 100 } })
    for (const name of ['mirrored', 'hindered']) await answers(name)
    const count = (name: string, outcome: string) =>
      metric(`shadow_requests_total{deployment="${name}",outcome="${outcome}"}`)
    const keepAsking = (name: string, outcome: string) =>
      expect
        .poll(async () => {
          const answer = await ask(name)
          expect([answer.status, answer.headers.get('x-model-revision')]).toEqual([200, stable.revision])
          return count(name, outcome)
        }, slow)
        .toBeGreaterThan(5)
    await keepAsking('mirrored', 'ok')
    await keepAsking('hindered', 'error')
    expect(await count('mirrored', 'error')).toBe(0)
    expect(await metric('predictions_total{deployment="mirrored:shadow"')).toBeGreaterThan(5)
    // A crowd: the copies are left out, not the callers.
    const crowd = await Promise.all(Array.from({ length: 300 }, async () => (await ask('mirrored')).status))
    expect(new Set(crowd)).toEqual(new Set([200]))
    expect(await count('mirrored', 'dropped')).toBeGreaterThan(100)
  })

  it('that is paused refuses with what no client repeats by itself, and answers again when it is resumed', async () => {
    const target = await publishTarget(host, await irisModel())
    await deployTargets(host, { name: 'resting', targets: [target] })
    await answers('resting')
    await changeDeployment(host.table, 'resting', (item) => ({ ...item, isPaused: true }))
    await expect.poll(async () => (await ask('resting')).status, slow).toBe(409)
    const paused = await ask('resting')
    expect(paused.headers.get('x-should-retry')).toBe('false')
    expect(await paused.json()).toMatchObject({ code: 'deployment_paused' })
    await changeDeployment(host.table, 'resting', ({ isPaused: _, ...item }) => item)
    await answers('resting')
  })

  it('answers so many requests a second, and tells the others when to come again', async () => {
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

  it('answers so many requests a day, and so many tokens a minute', async () => {
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

  it('is asked about, by whatever protocol, without that counting as a request or being copied', async () => {
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
    // Of a model that may answer no more today, all can be told still.
    expect(await statuses()).toEqual(paths.map(() => 200))
    expect(await (await host.ask('/v2/models/probed/ready')).json()).toEqual({ name: 'probed', ready: true })
    expect(await metric('key_requests_total{deployment="probed"')).toBe(2)
    await expect.poll(async () => (await metric('shadow_requests_total{deployment="probed"')) > 0, slow).toBe(true)
    expect(await metric('shadow_requests_total{deployment="probed",outcome="error"}')).toBe(0)
  })

  it('that is deleted leaves nothing in the metrics', async () => {
    const model = await irisModel()
    const [target, same] = [await publishTarget(host, model), await publishTarget(host, model)]
    const shadow = { target: same, percent: 100 }
    const item = await deployTargets(host, { name: 'passing', targets: [target], shadow, resultCache: { entries: 10 } })
    const linesOf = async () => (await host.metrics.registry.metrics()).match(/.*"passing[":].*/g) ?? []
    await answers('passing')
    await expect
      .poll(async () => {
        const { status } = await ask('passing')
        return status === 200 && (await linesOf()).some((line) => line.includes('passing:shadow",task'))
      }, slow)
      .toBe(true)
    await deleteDeployment(host.table, item)
    await expect.poll(async () => (await ask('passing')).status, slow).toBe(404)
    await expect.poll(linesOf, slow).toEqual([])
  })

  it('that no replica needs to keep is loaded for its first request, answers it, and leaves when nobody asks', async () => {
    const target = await publishTarget(host, await irisModel())
    await deployTargets(host, { name: 'sleeping', targets: [target], min: 0, idleSeconds: 1 })
    const told = async () => {
      const replicas = await poolReplicas(host.table, defaultPool, new Date())
      const reports = await liveReplicas(host.table, { deployment: 'sleeping', alive: replicas, now: new Date() })
      return reports[0]?.targets?.[0]
    }
    await expect.poll(told, slow).toMatchObject({ state: 'READY', isResident: false })
    expect((await ask('sleeping')).status).toBe(200)
    await expect.poll(told, slow).toMatchObject({ isResident: true })
    await expect.poll(told, slow).toMatchObject({ state: 'READY', isResident: false })
    expect((await ask('sleeping')).status).toBe(200)
  })
})

function failed(): never {
  throw new Error('the deployment is gone')
}
