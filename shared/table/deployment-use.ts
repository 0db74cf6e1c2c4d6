import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** Days after which nobody asks any more. */
const keptSeconds = 3 * 86_400

/** Adds to what a deployment answered in one day; resolves to the sum. */
export async function addDeploymentUse(
  table: Table,
  { deployment, day, requests, now }: { deployment: string; day: string; requests: number; now: Date },
): Promise<number> {
  const changed = await table.updated(keys.deploymentUse(deployment, day), {
    expression: 'SET expiresAt = :expiresAt ADD requests :requests',
    values: { ':requests': requests, ':expiresAt': Math.floor(now.getTime() / 1000) + keptSeconds },
  })
  return Number(changed.requests ?? 0)
}
