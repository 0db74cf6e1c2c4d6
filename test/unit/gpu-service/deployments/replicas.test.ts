import { expect, it } from 'vitest'
import { keepsLoaded } from '../../../../gpu-service/deployments/keeps-loaded.ts'
import { changeDeployment, defaultPool, liveReplicas, poolReplicas } from '../../../../shared/table/deployments.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

const slow = { timeout: 60_000 }
const row = { inputs: [[5.1, 3.5, 1.4, 0.2]] }

it('the replicas of a pool report what they run, share a limit, and remove their reports when they leave', async () => {
  const one = await startTestServing([], { replicaId: 'one', engines: 1, heartbeatMs: 50 })
  const two = await startTestServing([], { replicaId: 'two', engines: 1, heartbeatMs: 50 }, undefined, one)
  const elsewhere = await startTestServing(
    [],
    { replicaId: 'gpu', pool: 'gpu', engines: 1, heartbeatMs: 50 },
    undefined,
    one,
  )
  const [first, second] = [await publishTarget(one, await irisModel()), await publishTarget(one, await irisModel())]
  await deployTargets(one, { name: 'both', targets: [first], limits: { requestsPerSecond: 40 } })
  const told = async () => {
    const now = new Date()
    const alive = await poolReplicas(one.table, defaultPool, now)
    return liveReplicas(one.table, { deployment: 'both', alive, now })
  }
  const ask = (host: typeof one) => host.ask('/api/v1/predict/both', { json: row })
  const ready = (id: string, revision: string) => ({
    id,
    state: 'READY',
    revision,
    targets: [{ revision, isResident: true }],
  })
  await expect.poll(told, slow).toMatchObject([ready('one', first.revision), ready('two', first.revision)])
  for (const host of [one, two]) {
    await expect.poll(async () => (await ask(host)).headers.get('x-ratelimit-limit-requests'), slow).toBe('20')
    expect((await ask(host)).status).toBe(200)
  }
  expect((await ask(elsewhere)).status).toBe(404)

  await changeDeployment(one.table, 'both', (item) => ({ ...item, ...second, targets: [second] }))
  await expect.poll(told, slow).toMatchObject([ready('one', second.revision), ready('two', second.revision)])
  await two.close()
  expect((await told()).map(({ id }) => id)).toEqual(['one'])
  await expect.poll(async () => (await ask(one)).headers.get('x-ratelimit-limit-requests'), slow).toBe('40')
  await elsewhere.close()
  await one.close()
})

it("a replica reports the URL of its pool before it serves anything, and none if it shares the registry's", async () => {
  const publicUrl = 'https://infer.example'
  const apart = await startTestServing([], { replicaId: 'apart', publicUrl, heartbeatMs: 50 })
  const beside = await startTestServing([], { replicaId: 'beside', heartbeatMs: 50 }, undefined, apart)
  const told = async () => {
    const replicas = await poolReplicas(apart.table, defaultPool, new Date())
    return replicas.map(({ id, baseUrl }) => [id, baseUrl])
  }
  await expect.poll(told, slow).toEqual([
    ['apart', publicUrl],
    ['beside', undefined],
  ])
  await beside.close()
  await apart.close()
})

it('at most `max` replicas keep a model loaded, others load it on demand, and one takes over when a keeper leaves', async () => {
  const one = await startTestServing([], { replicaId: 'one', engines: 1, heartbeatMs: 50 })
  const two = await startTestServing([], { replicaId: 'two', engines: 1, heartbeatMs: 50 }, undefined, one)
  const replicas = ['one', 'two']
  await expect.poll(async () => (await poolReplicas(one.table, defaultPool, new Date())).length, slow).toBe(2)
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].filter((name) =>
    keepsLoaded({ item: { name, max: 1 }, self: 'two', replicas }),
  )
  const [name = ''] = names
  const deployed = { name, targets: [await publishTarget(one, await irisModel())], max: 1, idleSeconds: 1 }
  await deployTargets(one, deployed)
  const ask = async (host: typeof one) => (await host.ask(`/api/v1/predict/${name}`, { json: row })).status
  const isLoaded = async (host: typeof one) => (await host.metrics.registry.metrics()).includes('\nmodels_resident 1\n')
  const keeps = async (host: typeof one) => {
    const { deployments } = (await (await host.ask('/info')).json()) as { deployments: { isKeptLoaded: boolean }[] }
    return deployments[0]?.isKeptLoaded
  }
  for (const host of [one, two]) await expect.poll(() => ask(host), slow).toBe(200)
  expect([await keeps(one), await keeps(two)]).toEqual([false, true])
  const kept = async () => {
    const now = new Date()
    const alive = await poolReplicas(one.table, defaultPool, now)
    const replicas = await liveReplicas(one.table, { deployment: name, alive, now })
    return replicas.map(({ id, isKeeper }) => [id, isKeeper])
  }
  await expect.poll(kept, slow).toEqual([
    ['one', false],
    ['two', undefined],
  ])
  // No requests come any more.
  await expect.poll(() => isLoaded(one), slow).toBe(false)
  expect(await isLoaded(two)).toBe(true)
  expect([await ask(one), await ask(two)]).toEqual([200, 200])
  await expect.poll(() => isLoaded(one), slow).toBe(false)

  await two.close()
  await expect.poll(() => isLoaded(one), slow).toBe(true)
  expect([await keeps(one), await ask(one)]).toEqual([true, 200])
  await expect.poll(kept, slow).toEqual([['one', undefined]])
  await one.close()
})
