import { expect, it } from 'vitest'
import { deleteDeployment } from '../../../../shared/table/deployment-deletion.ts'
import { deploymentUseId } from '../../../../shared/table/deployment-use.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'
import { keys } from '../../../../shared/table/keys.ts'
import { rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import type { TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})

/** The number of requests today that all replicas have written to the table. */
async function summed(item: DeploymentItem): Promise<number | undefined> {
  const key = keys.deploymentUse(deploymentUseId(item), new Date().toISOString().slice(0, 10))
  return (await host.table.get<{ requests: number }>(key))?.requests
}

it('a new deployment has its full daily quota, even if a deleted one of the same name used up its own', async () => {
  const target = await publishTarget(host, await irisModel())
  const before = await deployTargets(host, { name: 'named', targets: [target], limits: { requestsPerDay: 3 } })
  await answers('named')
  expect([(await ask('named')).status, (await ask('named')).status, (await ask('named')).status]).toEqual([
    200, 200, 429,
  ])
  await expect.poll(() => summed(before), slow).toBe(3)
  await deleteDeployment(host.table, before)
  await expect.poll(async () => (await ask('named')).status, slow).toBe(404)
  const after = await deployTargets(host, { name: 'named', targets: [target], limits: { requestsPerDay: 2 } })
  await answers('named')
  await expect.poll(() => summed(after), slow).toBe(1)
  expect([(await ask('named')).status, (await ask('named')).status]).toEqual([200, 429])
})
