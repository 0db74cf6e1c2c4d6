import type { Deployment, ReplicaStatus } from '../../shared/contract/deployment.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'

/** A deployment as its clients see it: what was asked for, and what its replicas say. */
export function toDeployment(item: DeploymentItem, replicas: readonly ReplicaStatus[]): Deployment {
  const { name, owner, target, repo, ref, revision, task, file, createdAt } = item
  const current = replicas.filter((replica) => replica.revision === revision)
  const failed = current.find((replica) => replica.state === 'FAILED')
  const state = stateOf(current)
  const baseUrl = current.find((replica) => replica.baseUrl !== undefined)?.baseUrl ?? ''
  return {
    name,
    owner,
    target,
    repo,
    ref,
    revision,
    task,
    file,
    state,
    ...(state === 'FAILED' && failed?.reason !== undefined && { reason: failed.reason }),
    url: `${baseUrl}/api/v1/predict/${name}`,
    replicas: replicas.map(({ id, state, reason, revision, baseUrl, updatedAt }) => ({
      id,
      state,
      ...(reason !== undefined && { reason }),
      revision,
      ...(baseUrl !== undefined && { baseUrl }),
      updatedAt,
    })),
    createdAt,
  }
}

/** One replica that serves is enough to be ready; failed means that none serves or still tries. */
function stateOf(replicas: readonly ReplicaStatus[]): Deployment['state'] {
  if (replicas.some(({ state }) => state === 'READY')) return 'READY'
  if (replicas.some(({ state }) => state === 'LOADING')) return 'LOADING'
  return replicas.length > 0 ? 'FAILED' : 'PENDING'
}
