import { afterAll, describe, expect, it } from 'vitest'
import { deleteDeployment } from '../../../../../shared/table/deployment-deletion.ts'
import { defaultPool, getDeployment, liveReplicas, poolReplicas } from '../../../../../shared/table/deployments.ts'
import { tensorsModel } from '../../support/oip-requests.ts'
import { done, said, slow, startRepository } from '../../support/repository-orders.ts'
import { deployTargets, publishTarget } from '../../support/test-deployments.ts'
import { irisModel } from '../../support/test-models.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

const { host, order, isReady, indexed, infer, metric, unloads, sleeping, change } = await startRepository([
  await irisModel('kept'),
])
afterAll(() => host.close())

describe('unloading a model', () => {
  it('frees its memory, is reported, and lets the next request load it again', async () => {
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

  it('is refused if a deployment keeps it loaded, with what to do', async () => {
    const refused = { status: 409, body: said('slipway deploy --update --name kept --min 0') }
    expect(await order('unload', 'kept')).toMatchObject(refused)
    const target = await publishTarget(host, tensorsModel('shared', simpleGraph()))
    for (const [name, min] of [
      ['mine', 0],
      ['theirs', 1],
    ] as const)
      await deployTargets(host, { name, targets: [target], min })
    await expect.poll(async () => (await order('load', 'theirs')).status, slow).toBe(200)
    const { body, status } = await order('unload', 'mine')
    expect({ body, status }).toEqual({ status: 409, body: said('A deployment keeps the model of "mine" loaded.') })
    expect(JSON.stringify(body)).not.toMatch(/theirs|another|other|file/)
    expect(await isReady('mine')).toMatchObject({ ready: true })
  })

  it('is allowed as soon as the replica reports the version that allows it', async () => {
    const target = await publishTarget(host, tensorsModel('waking', simpleGraph()))
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

  it('unloads nothing of a deployment if part of it is kept loaded', async () => {
    const [own, shared] = [
      await publishTarget(host, tensorsModel('apart', simpleGraph())),
      await publishTarget(host, tensorsModel('kept-too', simpleGraph())),
    ]
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

  it('waits for earlier requests, and loses no later ones', async () => {
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

  it('and loading it end as ordered last, for any sequence of orders', async () => {
    await sleeping('undecided')
    const orders = []
    for (let round = 0; round < 6; round++)
      orders.push(order('load', 'undecided'), order('unload', 'undecided'), order('load', 'undecided'))
    for (const answer of await Promise.all(orders)) expect(answer).toMatchObject(done)
    expect(await isReady('undecided')).toMatchObject({ ready: true })
    await Promise.all([order('load', 'undecided'), order('unload', 'undecided')])
    expect(await isReady('undecided')).toMatchObject({ ready: false })
  })

  it('ends cleanly and leaks nothing while the model is replaced or deleted', async () => {
    await sleeping('swapped')
    const before = await metric('models_resident')
    for (let round = 0; round < 4; round++) {
      const target = await publishTarget(host, tensorsModel('swapped', simpleGraph()))
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
