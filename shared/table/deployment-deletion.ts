import { setTimeout as pause } from 'node:timers/promises'
import { errors } from '../errors.ts'
import { type DeploymentItem, everyTargetOf } from './deployment-item.ts'
import { getDeployment, noteDeploymentChange, standsAs } from './deployments.ts'
import { keys } from './keys.ts'
import { forgetRepoDeployment } from './repo-deployments.ts'
import { ConditionFailed, type Table } from './table.ts'
import { countUse } from './usage.ts'

const triesMax = 10

/**
 * Removes a deployment and releases its quota once, however many requests do so at the same time. Removes it in
 * whatever state it is by then, unless it must be as it was read. @throws AppError `precondition_failed`
 */
export async function deleteDeployment(
  table: Table,
  item: DeploymentItem,
  { isAsRead = false }: { isAsRead?: boolean } = {},
): Promise<void> {
  const { name, createdAt } = item
  let standing = item
  for (let tries = 1; ; tries++) {
    try {
      await table.transact(deletionOf(standing))
      await noteDeploymentChange(table)
      return
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
    }
    const left = await getDeployment(table, name)
    // Somebody else removed it; another deployment may have its name now.
    if (left?.createdAt !== createdAt) return
    if (isAsRead) throw errors.deploymentChanged({ name, is: left.version ?? 0, expected: item.version ?? 0 })
    if (tries === triesMax) throw errors.conflict(`"${name}" is changed by others at the same time. Try again.`)
    standing = left
    await pause(Math.random() * 5 * tries)
  }
}

function deletionOf(item: DeploymentItem) {
  const { name, owner } = item
  const repoIds = new Set(everyTargetOf(item).map(({ repoId }) => repoId))
  return [
    { delete: keys.deployment(name), condition: standsAs(item) },
    countUse({ owner, what: 'deployments', by: -1 }),
    ...[...repoIds].map((repoId) => forgetRepoDeployment({ name, repoId })),
  ]
}
