import { expect, it } from 'vitest'
import { ReplicaReporter } from '../../../../gpu-service/deployments/replica-reporter.ts'
import { ServedDeployment } from '../../../../gpu-service/deployments/served-deployment.ts'
import type { ReplicaStatus } from '../../../../shared/contract/deployment.ts'
import { createLogger } from '../../../../shared/log.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'

/** A replica whose first write arrives only when the test lets it. */
function start() {
  const table = new Map<string, ReplicaStatus>()
  const first = Promise.withResolvers<void>()
  let writes = 0
  const reporter = new ReplicaReporter({
    replicaId: 'replica-1',
    async write(name, status) {
      if (++writes === 1) await first.promise
      table.set(name, status)
    },
    remove: async (name) => void table.delete(name),
    beat: async () => [],
    leave: async () => {},
    now: () => 1_000_000,
    log: createLogger({ level: 'silent' }),
    heartbeatMs: 15_000,
  })
  const item = { name: 'iris', revision: 'before', isPaused: true } as DeploymentItem
  const deployment = new ServedDeployment({
    item,
    create: () => {
      throw new Error('nothing of it is served')
    },
    limits: { slots: {} } as ServedDeployment['limits'],
    now: () => 1_000_000,
  })
  const change = () => void deployment.follow({ ...item, revision: 'after' }, true)
  return { table, reporter, deployment, change, arrive: first.resolve }
}

it('the last report about a deployment wins, even if an earlier one arrives late', async () => {
  const { table, reporter, deployment, change, arrive } = start()
  const before = reporter.report(deployment)
  change()
  const after = reporter.report(deployment)
  await new Promise((resolve) => setImmediate(resolve))
  arrive()
  await Promise.all([before, after])
  expect(table.get('iris')).toMatchObject({ revision: 'after' })
})

it('a report is removed when the deployment is, even if the report arrives late', async () => {
  const { table, reporter, deployment, arrive } = start()
  const said = reporter.report(deployment)
  const forgotten = reporter.forget('iris')
  await new Promise((resolve) => setImmediate(resolve))
  arrive()
  await Promise.all([said, forgotten])
  expect(table.size).toBe(0)
})
