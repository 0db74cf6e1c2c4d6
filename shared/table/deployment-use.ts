import type { DeploymentItem } from './deployment-item.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** Days after which nobody asks any more. */
const keptSeconds = 3 * 86_400

/** What is counted under a name is not another's who takes the name later: the quota of a day would be used up already. */
export const deploymentUseId = ({ name, createdAt }: Pick<DeploymentItem, 'name' | 'createdAt'>): string =>
  `${name}#${createdAt}`

/** Adds to what a deployment answered in one day; resolves to the sum. */
export async function addDeploymentUse(
  table: Table,
  { id, day, requests, now }: { id: string; day: string; requests: number; now: Date },
): Promise<number> {
  const changed = await table.updated(keys.deploymentUse(id, day), {
    expression: 'SET expiresAt = :expiresAt ADD requests :requests',
    values: { ':requests': requests, ':expiresAt': Math.floor(now.getTime() / 1000) + keptSeconds },
  })
  return Number(changed.requests ?? 0)
}
