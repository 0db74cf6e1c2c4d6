import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { poolDevices } from '../../../shared/config.ts'
import { explainPrecision } from '../../../shared/model/precision.ts'
import { keys } from '../../../shared/table/keys.ts'
import { notePoolDevice } from '../../../shared/table/pool-device.ts'
import { metadata, type RepoHost, startRepoHost } from './support/repo-host.ts'

const files = ['onnx/model.onnx', 'onnx/model_fp16.onnx', 'onnx/model_int8.onnx']
const servable = metadata({
  task: 'feature-extraction',
  onnx: files.map((path) => ({ path, inputs: [], outputs: [], opset: {} })),
})

let host: RepoHost
let repo: string
let pool: string
let runs = 0
beforeAll(async () => {
  host = await startRepoHost({ poolDevices: { configured: 'cuda' } })
  await host.make('lab/seed')
})
afterAll(() => host.close())
beforeEach(async () => {
  repo = `lab/device-${++runs}`
  pool = `pool-${runs}`
  await host.make(repo, {}, 'ada')
  await host.commit(repo, { 'onnx/model.onnx': '1' }, { metadata: servable })
})

const path = '/api/v1/deployments'
const create = async (more: object = {}) => {
  const json = { target: repo, name: pool, pool, ...more }
  return (await host.call('POST', path, { as: 'ben', json })).body
}

describe('the file of a deployment', () => {
  it.each([
    ['cpu', 'onnx/model.onnx'],
    ['cuda', 'onnx/model_fp16.onnx'],
  ] as const)('is what suits the device that the replicas of its pool tell: %s', async (device, file) => {
    await notePoolDevice(host.table, { pool, device })
    const shadow = { target: repo, percent: 1 }
    expect(await create({ shadow })).toMatchObject({ file, targets: [{ file }], shadow: { file } })
    expect(explainPrecision({ file, device }).why).toContain(`the default on ${device}`)
  })

  it('is what suits the pool as it is configured, until a replica tells otherwise', async () => {
    expect(await create({ pool: 'configured' })).toMatchObject({ file: 'onnx/model_fp16.onnx' })
    await notePoolDevice(host.table, { pool: 'configured', device: 'cpu' })
    expect(await create({ pool: 'configured', name: `${pool}-cpu` })).toMatchObject({ file: 'onnx/model.onnx' })
    await host.table.delete(keys.poolDevice('configured'))
  })

  it('is the one for a CPU where nothing is known of the pool', async () => {
    const unconfigured = await startRepoHost()
    onTestFinished(() => unconfigured.close())
    await unconfigured.make('lab/seed')
    await unconfigured.make(repo, {}, 'ada')
    await unconfigured.commit(repo, { 'onnx/model.onnx': '1' }, { metadata: servable })
    const made = await unconfigured.call('POST', path, { as: 'ben', json: { target: repo, pool } })
    expect(made).toMatchObject({ status: 201, body: { file: 'onnx/model.onnx' } })
  })

  it('is what is asked for, whatever the device', async () => {
    await notePoolDevice(host.table, { pool, device: 'cuda' })
    expect(await create({ precision: 'int8' })).toMatchObject({ file: 'onnx/model_int8.onnx' })
  })

  it('is chosen for the device also when the deployment is changed and when its alias moves', async () => {
    await notePoolDevice(host.table, { pool, device: 'cuda' })
    await host.ask('POST', `/${repo}/aliases`, { as: 'ben', json: { name: 'champion' } })
    expect(await create({ precision: 'fp32' })).toMatchObject({ file: 'onnx/model.onnx' })
    const change = { target: `${repo}@champion` }
    const changed = await host.call('PATCH', `${path}/${pool}`, { as: 'ben', json: change })
    expect(changed.body).toMatchObject({ file: 'onnx/model_fp16.onnx' })
    const next = await host.commit(repo, { 'onnx/model.onnx': '2' }, { metadata: servable })
    await host.ask('PATCH', `/${repo}/aliases/champion`, { as: 'ben', json: { revision: next } })
    await host.followed(repo)
    const moved = await host.call('GET', `${path}/${pool}`, { as: 'ben' })
    expect(moved.body).toMatchObject({ revision: next, file: 'onnx/model_fp16.onnx' })
  })
})

describe('the setting of what pools run on', () => {
  it('is JSON by name', () => {
    expect(poolDevices.parse('{"default": "cuda"}')).toEqual({ default: 'cuda' })
    expect(poolDevices.parse(undefined)).toBeUndefined()
  })

  it.each(['cuda', '{"default": "tpu"}', '[]'])('is not %s', (text) => {
    expect(poolDevices.safeParse(text).success).toBe(false)
  })
})

describe('a pool', () => {
  it('that is not configured and of which no replica ever told is refused, with those that there are', async () => {
    const { error } = await create()
    expect(error).toMatchObject({ code: 'pool_not_found', param: 'pool' })
    expect(error.message).toBe(`There is no pool "${pool}", so nothing would serve it. There is: configured.`)
    await notePoolDevice(host.table, { pool, device: 'cpu' })
    expect(await create()).toMatchObject({ pool })
  })
})
