import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  changeDeployment,
  defaultPool,
  deleteDeployment,
  getDeployment,
  liveReplicas,
  poolReplicas,
} from '../../../../../shared/table/deployments.ts'
import { makeKey, makeUser } from '../../../../support/make-key.ts'
import { deployTargets, publishTarget } from '../../support/test-deployments.ts'
import { brokenModel, irisModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

/** For a machine that is busy with others. */
const slow = { timeout: 20_000 }

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([await irisModel('kept')])
})
afterAll(() => host.close())

const order = async (verb: 'load' | 'unload', model: string, request: object = { json: {} }) => {
  const response = await host.ask(`/v2/repository/models/${model}/${verb}`, { method: 'POST', ...request })
  return { status: response.status, body: await response.json(), headers: response.headers }
}
const done = { status: 200, body: {} }
const said = (text: string) => ({ error: expect.stringContaining(text) })
const isReady = async (model: string) => {
  const response = await host.ask(`/v2/models/${model}/ready`)
  return { status: response.status, ...((await response.json()) as { ready: boolean }) }
}
const indexed = async (model: string) => {
  const index = (await (await host.ask('/v2/repository/index', { json: {} })).json()) as Record<string, string>[]
  const { state, reason } = index.find(({ name }) => name === model) ?? {}
  return { state, reason }
}
const infer = async (model: string) => {
  const tensor = { shape: [1, 16], datatype: 'INT32', data: Array.from({ length: 16 }, () => 1) }
  const inputs = ['INPUT0', 'INPUT1'].map((name) => ({ name, ...tensor }))
  const response = await host.ask(`/v2/models/${model}/infer`, { json: { inputs } })
  return { status: response.status, body: await response.json() }
}
const metric = async (name: string): Promise<number> => {
  const text = await host.metrics.registry.metrics()
  const lines = text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'))
  return lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)
}
const unloads = () => metric('model_evictions_total{reason="unload"}')

const model = (name: string) => ({
  name,
  repo: `triton/${name}`,
  task: 'tensors',
  file: 'model.onnx',
  files: { 'model.onnx': simpleGraph() },
})
/** One that comes with its first request, served but not loaded. */
async function sleeping(name: string, settings: object = {}) {
  const target = await publishTarget(host, model(name))
  await deployTargets(host, { name, targets: [target], min: 0, ...settings })
  await expect.poll(() => indexed(name), slow).toEqual({ state: 'READY', reason: '' })
}
const change = (name: string, settings: object) =>
  changeDeployment(host.table, name, async (item) => ({ ...item, ...settings }))

describe('loading a model', () => {
  it('has it in memory when that is answered, by whatever name, once for all who ask', async () => {
    await sleeping('wanted')
    const before = await metric('models_resident')
    const names = ['wanted', 'triton/wanted', 'triton%2Fwanted', 'triton/wanted@main', 'wanted']
    const answers = await Promise.all(names.map((name) => order('load', name)))
    for (const answer of answers) expect(answer).toMatchObject(done)
    expect(await metric('models_resident')).toBe(before + 1)
    expect(await metric('model_loading_duration_seconds_count{deployment="wanted"')).toBe(1)
    expect(await order('load', 'wanted')).toMatchObject(done)
    expect(await metric('model_loading_duration_seconds_count{deployment="wanted"')).toBe(1)
  })

  it('waits for a deployment that was made just now', async () => {
    const target = await publishTarget(host, model('new'))
    await deployTargets(host, { name: 'new', targets: [target] })
    await expect.poll(async () => (await order('load', 'new')).status, slow).toBe(200)
    expect((await infer('new')).status).toBe(200)
  })

  it('says why it cannot be, as long as it cannot', async () => {
    const target = await publishTarget(host, await brokenModel())
    await deployTargets(host, { name: 'broken', targets: [target], min: 0 })
    await expect.poll(async () => (await order('load', 'broken')).body, slow).toEqual(said('could not be loaded'))
    expect(await indexed('broken')).toEqual({ state: 'UNAVAILABLE', reason: expect.stringContaining('model.onnx') })
    expect(await isReady('broken')).toMatchObject({ status: 503, ready: false })
  })

  it('is refused while its deployment is paused', async () => {
    await sleeping('paused')
    await change('paused', { isPaused: true })
    await expect.poll(async () => (await order('load', 'paused')).status, slow).toBe(409)
    expect(await indexed('paused')).toEqual({ state: 'UNAVAILABLE', reason: 'its deployment is paused' })
    expect(await order('unload', 'paused')).toMatchObject(done)
  })

  it('takes no files and no configuration of the caller’s own', async () => {
    await sleeping('own')
    for (const name of ['config', 'file:1/model.onnx'])
      expect(await order('load', 'own', { json: { parameters: { [name]: '{}' } } })).toMatchObject({
        status: 501,
        body: said(`"parameters.${name}" is not taken`),
      })
    expect(await order('load', 'own', { body: 'not JSON' })).toMatchObject({ status: 400, body: said('JSON') })
    expect(await order('load', 'own', { json: { parameters: 3 } })).toMatchObject({ status: 400 })
    expect(await order('load', 'own', { body: '{"parameters": {"a": 1}, "parameters": {}}' })).toMatchObject({
      status: 400,
      body: said('"parameters" twice'),
    })
    expect(await order('load', 'own', { body: new Uint8Array([0x22, 0xff, 0x22]) })).toMatchObject({ status: 400 })
    for (const body of [undefined, '', ' \n'])
      expect(await order('load', 'own', body === undefined ? {} : { body })).toMatchObject(done)
  })

  it('fails in Triton’s words for what is not deployed', async () => {
    expect(await order('load', 'none')).toMatchObject({ status: 404, body: said('failed to load "none"') })
    expect(await order('unload', 'none')).toMatchObject({ status: 404, body: said('POST /api/v1/deployments') })
  })
})

describe('unloading a model', () => {
  it('gives its memory back, says so, and has it come again with the next request', async () => {
    await sleeping('left')
    await order('load', 'left')
    const [resident, before] = [await metric('models_resident'), await unloads()]
    expect(await order('unload', 'left')).toMatchObject(done)
    expect([await metric('models_resident'), await unloads()]).toEqual([resident - 1, before + 1])
    expect(await indexed('left')).toEqual({ state: 'UNAVAILABLE', reason: 'unloaded' })
    expect(await isReady('left')).toMatchObject({ status: 503, ready: false })
    const ready = (await (await host.ask('/v2/repository/index', { json: { ready: true } })).json()) as object[]
    expect(ready).not.toContainEqual(expect.objectContaining({ name: 'left' }))
    expect(await order('unload', 'left')).toMatchObject(done)
    expect(await unloads()).toBe(before + 1)
    expect((await infer('left')).status).toBe(200)
    expect(await isReady('left')).toMatchObject({ status: 200, ready: true })
    expect(await indexed('left')).toEqual({ state: 'READY', reason: '' })
  })

  it('is refused where a deployment asks for it to be kept loaded, with what to do', async () => {
    const refused = { status: 409, body: said('slipway deploy --update --name kept --min 0') }
    expect(await order('unload', 'kept')).toMatchObject(refused)
    const target = await publishTarget(host, model('shared'))
    for (const [name, min] of [
      ['mine', 0],
      ['theirs', 1],
    ] as const)
      await deployTargets(host, { name, targets: [target], min })
    await expect.poll(async () => (await order('load', 'theirs')).status, slow).toBe(200)
    const { body, status } = await order('unload', 'mine')
    expect({ body, status }).toEqual({ status: 409, body: said('is kept loaded by a deployment.') })
    expect(JSON.stringify(body)).not.toMatch(/theirs|another|other|file/)
    expect(await isReady('mine')).toMatchObject({ ready: true })
  })

  it('is allowed as soon as the replica says that it serves the version that allows it', async () => {
    const target = await publishTarget(host, model('waking'))
    await deployTargets(host, { name: 'waking', targets: [target] })
    const told = async () => {
      const now = new Date()
      const alive = await poolReplicas(host.table, defaultPool, now)
      const [replica] = await liveReplicas(host.table, { deployment: 'waking', alive, now })
      return { version: replica?.observed?.version, state: replica?.state }
    }
    await expect.poll(told, slow).toEqual({ version: 1, state: 'READY' })
    expect((await order('unload', 'waking')).status).toBe(409)
    await change('waking', { min: 0 })
    await expect.poll(told, { ...slow, interval: 10 }).toEqual({ version: 2, state: 'READY' })
    expect(await order('unload', 'waking')).toMatchObject(done)
    expect((await infer('waking')).status).toBe(200)
  })

  it('gives back nothing of a deployment where part of it is kept loaded', async () => {
    const [own, shared] = [await publishTarget(host, model('apart')), await publishTarget(host, model('kept-too'))]
    await deployTargets(host, { name: 'keeper', targets: [shared] })
    await deployTargets(host, { name: 'partly', targets: [own, shared], min: 0 })
    await expect.poll(async () => (await order('load', 'keeper')).status, slow).toBe(200)
    await expect.poll(async () => (await order('load', 'partly')).status, slow).toBe(200)
    const before = [await metric('models_resident'), await unloads()]
    expect((await order('unload', 'partly')).status).toBe(409)
    expect([await metric('models_resident'), await unloads()]).toEqual(before)
    await change('keeper', { isPaused: true })
    await expect.poll(async () => (await order('unload', 'partly')).status, slow).toBe(200)
    expect(await isReady('partly')).toMatchObject({ ready: false })
  })

  it('is behind the requests that came before, and loses none of those that come meanwhile', async () => {
    await sleeping('busy')
    await order('load', 'busy')
    const answers = []
    for (let round = 0; round < 10; round++) {
      answers.push(...Array.from({ length: 8 }, () => infer('busy')))
      const unloaded = order('unload', 'busy')
      answers.push(...Array.from({ length: 8 }, () => infer('busy')))
      expect(await unloaded).toMatchObject(done)
    }
    for (const { status, body } of await Promise.all(answers)) expect({ status, body }).toMatchObject({ status: 200 })
  })

  it('and loading it end as whoever said so last wants it, in whatever order they come', async () => {
    await sleeping('undecided')
    const orders = []
    for (let round = 0; round < 6; round++)
      orders.push(order('load', 'undecided'), order('unload', 'undecided'), order('load', 'undecided'))
    for (const answer of await Promise.all(orders)) expect(answer).toMatchObject(done)
    expect(await isReady('undecided')).toMatchObject({ ready: true })
    await Promise.all([order('load', 'undecided'), order('unload', 'undecided')])
    expect(await isReady('undecided')).toMatchObject({ ready: false })
  })

  it('while a new revision takes its place, or it is taken away, ends by name and leaves nothing behind', async () => {
    await sleeping('swapped')
    const before = await metric('models_resident')
    for (let round = 0; round < 4; round++) {
      const target = await publishTarget(host, model('swapped'))
      const orders = [order('load', 'swapped'), order('unload', 'swapped'), order('load', 'swapped')]
      await change('swapped', { ...target, targets: [target] })
      for (const { status } of await Promise.all(orders)) expect([200, 503]).toContain(status)
    }
    const item = await getDeployment(host.table, 'swapped')
    const last = order('load', 'swapped')
    if (item !== undefined) await deleteDeployment(host.table, item)
    expect([200, 404, 503]).toContain((await last).status)
    await expect.poll(async () => (await order('load', 'swapped')).status, slow).toBe(404)
    await expect.poll(() => metric('models_resident'), slow).toBe(before)
  })
})

describe('who may load and unload', () => {
  it('is who may write what is its owner’s, and nobody learns of what is not theirs', async () => {
    const [owner, stranger] = await Promise.all([makeUser(host.table), makeUser(host.table)])
    const named = { ...model('private'), repo: `${owner.username}/private` }
    await deployTargets(host, { name: 'private', targets: [await publishTarget(host, named)], min: 0 })
    await expect.poll(() => indexed('private'), slow).toMatchObject({ state: 'READY' })
    const of = (user: typeof owner, ...scopes: ('write' | 'infer')[]) => makeKey(host.table, { user, scopes })
    const statuses = async (token: string) => {
      const orders = (['load', 'unload'] as const).map((verb) => order(verb, 'private', { json: {}, token }))
      return (await Promise.all(orders)).map(({ status }) => status)
    }
    expect(await statuses(await of(owner, 'write'))).toEqual([200, 200])
    expect(await statuses(await of(owner, 'infer'))).toEqual([403, 403])
    expect(await statuses(await of(stranger, 'write', 'infer'))).toEqual([404, 404])
    expect((await order('load', 'private', { token: null })).status).toBe(401)
  })
})

it.each([
  ['x-request-timeout', '5'],
  ['x-stainless-timeout', '19.9995'],
])('obeys an order that says how long it may take: %s %s', async (header, seconds) => {
  const name = header.replace('timeout', 'timed')
  await sleeping(name)
  const headers = { [header]: seconds }
  expect(await order('load', name, { json: {}, headers })).toMatchObject(done)
  expect(await order('unload', name, { json: {}, headers })).toMatchObject(done)
})

it('says after how long to come again where a load takes longer than its request has time', async () => {
  await sleeping('late')
  const headers = { 'x-request-timeout': '0.000001' }
  const { status, body, headers: told } = await order('load', 'late', { json: {}, headers })
  expect([status, body, told.get('retry-after')]).toEqual([503, said('longer than the request has time for'), '1'])
  // It is loaded all the same.
  const loads = () => metric('model_loading_duration_seconds_count{deployment="late"')
  await expect.poll(loads, slow).toBe(1)
  expect(await order('load', 'late')).toMatchObject(done)
})
