import type { ReplicaStatus } from '../../shared/contract/deployment.ts'
import type { DeploymentItem } from '../../shared/table/deployment-item.ts'
import type { PoolReplica } from '../../shared/table/replicas.ts'
import { isBehind } from './observed-version.ts'

/** How many replicas serve this version of the deployment, and how many should. */
export function countReplicas({ item, replicas, alive }: Count): { readyReplicas: number; wantedReplicas: number } {
  if (item.isPaused === true) return { readyReplicas: 0, wantedReplicas: 0 }
  const { min = 1, max = Number.POSITIVE_INFINITY, revision } = item
  const keepers = replicas.filter(({ isKeeper }) => isKeeper !== false)
  const ready = keepers.filter((one) => one.state === 'READY' && one.revision === revision && !isBehind(item, one))
  const known = new Set(replicas.map(({ id }) => id))
  const unaware = alive.filter(({ id }) => !known.has(id)).length
  // With `min` 0 none has to, and each one that was asked does.
  const wanted = min === 0 ? 0 : Math.max(Math.min(min, max), Math.min(keepers.length + unaware, max))
  return { readyReplicas: ready.length, wantedReplicas: wanted }
}

interface Count {
  item: DeploymentItem
  /** The reports on this deployment. */
  replicas: readonly ReplicaStatus[]
  /** Every replica of the pool. */
  alive: readonly PoolReplica[]
}
