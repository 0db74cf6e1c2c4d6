import type { DeploymentItem } from './deployment-item.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** Days that old are no longer read. */
const keptSeconds = 3 * 86_400

/** Includes the creation time, so that a new deployment of the same name does not inherit used-up quota. */
export const deploymentUseId = ({ name, createdAt }: Pick<DeploymentItem, 'name' | 'createdAt'>): string =>
  `${name}#${createdAt}`

/** Adds to a deployment's count of the day; resolves to the sum. */
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
