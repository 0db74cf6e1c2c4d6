import { describe, expect, it, onTestFinished } from 'vitest'
import { moveAlias } from '../../../functions/registry/change-alias.ts'
import { poolDevices } from '../../../shared/config.ts'
import { explainPrecision, type ModelDevice } from '../../../shared/model/precision.ts'
import { changeDeployment, targetsOf } from '../../../shared/table/deployments.ts'
import { notePoolDevice } from '../../../shared/table/pool-device.ts'
import { beatReplica, heartbeatTimeToLiveSeconds } from '../../../shared/table/replicas.ts'
import { findRepo, getRevision } from '../../../shared/table/repos.ts'
import { freshRepos } from './support/fresh-repos.ts'
import { metadata, type RepoHost, startRepoHost } from './support/repo-host.ts'

const files = ['onnx/model.onnx', 'onnx/model_fp16.onnx', 'onnx/model_int8.onnx']
const servable = metadata({
  task: 'feature-extraction',
  onnx: files.map((path) => ({ path, inputs: [], outputs: [], opset: {} })),
})

let host: RepoHost
let repo: string
let pool: string
freshRepos('device', async (fresh) => {
  host = fresh.host
  repo = fresh.repo
  pool = repo.replace('lab/device', 'pool')
  await host.commit(repo, { 'onnx/model.onnx': '1' }, { metadata: servable })
})

const path = '/api/v1/deployments'
const create = async (more: object = {}) => {
  const json = { target: repo, name: pool, pool, ...more }
  return (await host.call('POST', path, { as: 'ben', json })).body
}

/** Starts a replica of the pool that reports its device. */
async function join(of: RepoHost, device: ModelDevice, name = pool) {
  await notePoolDevice(of.table, { pool: name, device })
  const now = new Date(of.clock.ms)
  await beatReplica(of.table, { pool: name, replica: { id: 'r1', startedAt: now.toISOString() }, now })
}

/** Moves an alias as a process that dies before updating its followers. */
async function moveUntold({ table, clock }: RepoHost, revisionId: string) {
  const found = await findRepo(table, { name: repo })
  const revision = found && (await getRevision(table, found.id, revisionId))
  if (found === undefined || revision === undefined) throw new Error('there is nothing to move')
  await moveAlias({
    table,
    repo: found,
    name: 'champion',
    revision,
    by: 'ben',
    isAdmin: false,
    now: new Date(clock.ms),
  })
}

async function startConfigured(poolDevices: Record<string, ModelDevice>) {
  const configured = await startRepoHost({ poolDevices })
  onTestFinished(() => configured.close())
  await configured.make('lab/seed')
  await configured.make(repo, {}, 'ada')
  await configured.commit(repo, { 'onnx/model.onnx': '1' }, { metadata: servable })
  const deploy = (json: object) => configured.call('POST', path, { as: 'ben', json: { target: repo, ...json } })
  return { configured, deploy }
}

describe('the file of a deployment', () => {
  it.each([
    ['cpu', 'onnx/model.onnx'],
    ['cuda', 'onnx/model_fp16.onnx'],
  ] as const)('fits the device that the replicas of its pool report: %s', async (device, file) => {
    await join(host, device)
    const shadow = { target: repo, percent: 1 }
    expect(await create({ shadow })).toMatchObject({ file, targets: [{ file }], shadow: { file } })
    expect(explainPrecision({ file, device }).why).toContain(`the default on ${device}`)
  })

  it('fits the configured device of its pool, whatever former replicas reported', async () => {
    const { configured, deploy } = await startConfigured({ [pool]: 'cuda' })
    await join(configured, 'cpu')
    expect(await deploy({ pool })).toMatchObject({ status: 201, body: { file: 'onnx/model_fp16.onnx' } })
  })

  it.each([
    ['by the process that moves the alias', false],
    ['by the queue if that process died', true],
  ])('fits the newly configured device when its alias moves: %s', async (_who, isByQueue) => {
    const { configured, deploy } = await startConfigured({ [pool]: 'cuda' })
    await configured.ask('POST', `/${repo}/aliases`, { as: 'ben', json: { name: 'champion' } })
    // Chosen when the pool had no GPU.
    await join(configured, 'cpu')
    expect(await deploy({ target: `${repo}@champion`, name: pool, pool })).toMatchObject({ status: 201 })
    const before = { file: 'onnx/model.onnx', device: 'cpu' } as const
    await changeDeployment(configured.table, pool, (item) => ({
      ...item,
      ...before,
      targets: targetsOf(item).map((target) => ({ ...target, ...before })),
    }))
    const next = await configured.commit(repo, { 'onnx/model.onnx': '2' }, { metadata: servable })
    if (isByQueue) await moveUntold(configured, next)
    else await configured.ask('PATCH', `/${repo}/aliases/champion`, { as: 'ben', json: { revision: next } })
    if (isByQueue) await configured.followed(repo)
    const { body } = await configured.call('GET', `${path}/${pool}`, { as: 'ben' })
    expect(body).toMatchObject({ revision: next, file: 'onnx/model_fp16.onnx' })
  })

  it('is the one for a CPU if the device of the pool is unknown or outdated', async () => {
    expect(await create()).toMatchObject({ file: 'onnx/model.onnx' })
    await join(host, 'cuda', 'left')
    host.clock.ms += heartbeatTimeToLiveSeconds * 1000
    expect(await create({ pool: 'left', name: `${pool}-left` })).toMatchObject({ file: 'onnx/model.onnx' })
  })

  it('is the requested one on any device', async () => {
    await join(host, 'cuda')
    expect(await create({ precision: 'int8' })).toMatchObject({ file: 'onnx/model_int8.onnx' })
  })

  it('is chosen again for the device when the deployment changes and when its alias moves', async () => {
    await join(host, 'cuda')
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

describe('the setting for devices of pools', () => {
  it('is a JSON object by pool name', () => {
    expect(poolDevices.parse('{"default": "cuda"}')).toEqual({ default: 'cuda' })
    expect(poolDevices.parse(undefined)).toBeUndefined()
  })

  it.each(['cuda', '{"default": "tpu"}', '[]'])('cannot be %s', (text) => {
    expect(poolDevices.safeParse(text).success).toBe(false)
  })
})

describe('a pool', () => {
  it('that is not configured is refused with the available ones, even if it has replicas', async () => {
    const { configured, deploy } = await startConfigured({ default: 'cpu', big: 'cuda' })
    await join(configured, 'cpu')
    const { status, body } = await deploy({ pool })
    expect(status).toBe(422)
    expect(body.error).toMatchObject({ code: 'pool_not_found', param: 'pool' })
    expect(body.error.message).toBe(`There is no pool "${pool}". Available pools: default, big.`)
    expect(await deploy({ pool: 'big' })).toMatchObject({ status: 201, body: { pool: 'big' } })
  })
})
