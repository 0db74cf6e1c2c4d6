import { expect, it, onTestFinished } from 'vitest'
import { deleteDeployment } from '../../../../shared/table/deployment-deletion.ts'
import { getDeployment, liveReplicas, poolReplicas } from '../../../../shared/table/deployments.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

/** For a machine that is busy with other work. */
const slow = { timeout: 60_000 }

it('reports deployments that do not all fit in memory as not kept loaded, and still answers for each', async () => {
  // Less than the measured memory of two tiny models, and more than the file of one.
  const host = await startTestServing([], { modelMemoryMaxBytes: 50_000, waitMsMax: 30_000, heartbeatMs: 50 })
  onTestFinished(() => host.close())
  const names = ['one', 'two']
  for (const name of names)
    await deployTargets(host, { name, targets: [await publishTarget(host, await embedderModel())] })
  const ask = async (name: string) =>
    (await host.ask(`/api/v1/predict/${name}`, { json: { inputs: 'one text' } })).status
  for (const name of names) await expect.poll(() => ask(name), slow).toBe(200)
  const info = async () => {
    const { deployments } = (await (await host.ask('/info')).json()) as { deployments: Record<string, unknown>[] }
    return deployments.map(({ name, isKeptLoaded, notKeptBecause }) => [name, isKeptLoaded, notKeptBecause])
  }
  const reason = expect.stringContaining('they take turns')
  expect(await info()).toEqual(names.map((name) => [name, false, reason]))
  const told = async () => {
    const now = new Date()
    const alive = await poolReplicas(host.table, 'default', now)
    const [replica] = await liveReplicas(host.table, { deployment: 'one', alive, now })
    return replica
  }
  const target = { isKeptLoaded: false, notKeptBecause: reason }
  await expect.poll(told, slow).toMatchObject({ state: 'READY', targets: [target] })
  const two = await getDeployment(host.table, 'two')
  if (two !== undefined) await deleteDeployment(host.table, two)
  await expect.poll(info, slow).toEqual([['one', true, undefined]])
  await expect.poll(async () => (await told())?.targets?.[0], slow).not.toHaveProperty('isKeptLoaded')
})
