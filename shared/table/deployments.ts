import type { ReplicaStatus } from '../contract/deployment.ts'
import { keys, lists } from './keys.ts'
import { forgetRepoDeployment } from './repo-deployments.ts'
import { absent, ConditionFailed, type Page, type Table, type TransactAction } from './table.ts'
import { countUse } from './usage.ts'

/** The desired state of one deployment, as it stands in the table. What replicas make of it is in their own items. */
export interface DeploymentItem {
  name: string
  /** Whose it is: who may call it and who may remove it. */
  owner: string
  target: string
  repo: string
  repoId: string
  ref: string
  revision: string
  task: string
  file: string
  createdAt: string
  createdBy: string
}

/** A replica whose heartbeat is older is gone. */
export const heartbeatTimeToLiveSeconds = 60

/** @throws ConditionFailed where the name is taken. */
export async function createDeployment(
  table: Table,
  deployment: DeploymentItem,
  limits: { deploymentsMax?: number } = {},
): Promise<void> {
  await table.transact(deploymentCreation(deployment, limits))
}

/** The writes of a deployment, counted against its owner. Its own condition, the first, fails where the name is taken. */
export function deploymentCreation(
  deployment: DeploymentItem,
  { deploymentsMax }: { deploymentsMax?: number | undefined },
): TransactAction[] {
  const ofOwner = { ownerPk: lists.deploymentsOf(deployment.owner), ownerSk: deployment.name }
  const list = { listPk: lists.deployments, listSk: deployment.name, ...ofOwner }
  return [
    { put: { ...keys.deployment(deployment.name), ...list, ...deployment }, condition: absent },
    countUse({ owner: deployment.owner, what: 'deployments', by: 1, max: deploymentsMax }),
  ]
}

export const getDeployment = (table: Table, name: string): Promise<DeploymentItem | undefined> =>
  table.get<DeploymentItem>(keys.deployment(name))

/** Removes a deployment, and gives its place back to its owner once, however many ask at the same time. */
export async function deleteDeployment(
  table: Table,
  { name, owner, repoId, createdAt }: DeploymentItem,
): Promise<void> {
  const condition = {
    expression: '#owner = :owner AND createdAt = :createdAt',
    names: { '#owner': 'owner' },
    values: { ':owner': owner, ':createdAt': createdAt },
  }
  try {
    await table.transact([
      { delete: keys.deployment(name), condition },
      countUse({ owner, what: 'deployments', by: -1 }),
      forgetRepoDeployment({ name, repoId }),
    ])
  } catch (error) {
    // Someone else removed it, whatever is called so now.
    if (!(error instanceof ConditionFailed)) throw error
  }
}

/** Deployments by name, everybody's or those of one owner, from behind a name. */
export const listDeployments = (
  table: Table,
  { owner, after, ...page }: { owner?: string | undefined; limit: number; after?: string | undefined },
): Promise<Page<DeploymentItem>> => {
  const [pk, sk] = owner === undefined ? ['listPk', 'listSk'] : ['ownerPk', 'ownerSk']
  return table.query<DeploymentItem>({
    index: owner === undefined ? 'byList' : 'byOwner',
    expression: `${pk} = :list${after === undefined ? '' : ` AND ${sk} > :after`}`,
    values: {
      ':list': owner === undefined ? lists.deployments : lists.deploymentsOf(owner),
      ...(after !== undefined && { ':after': after }),
    },
    ...page,
  })
}

export const allDeployments = (table: Table): AsyncGenerator<DeploymentItem> =>
  table.queryAll<DeploymentItem>({
    index: 'byList',
    expression: 'listPk = :list',
    values: { ':list': lists.deployments },
  })

/** What one replica says of one deployment, kept until it stops saying it. */
export async function reportReplica(
  table: Table,
  { deployment, status, now }: { deployment: string; status: ReplicaStatus; now: Date },
): Promise<void> {
  const expiresAt = Math.floor(now.getTime() / 1000) + heartbeatTimeToLiveSeconds
  await table.put({ ...keys.replica(deployment, status.id), ...status, expiresAt })
}

export async function forgetReplica(table: Table, deployment: string, replica: string): Promise<void> {
  await table.delete(keys.replica(deployment, replica))
}

/** The live replicas of a deployment: DynamoDB removes expired items days late, so they are left out here. */
export async function liveReplicas(table: Table, deployment: string, now: Date): Promise<ReplicaStatus[]> {
  const { pk } = keys.deployment(deployment)
  const page = await table.query<ReplicaStatus & { expiresAt: number }>({
    expression: 'pk = :pk AND begins_with(sk, :replica)',
    values: { ':pk': pk, ':replica': keys.replica(deployment, '').sk },
    consistent: true,
  })
  return page.items.filter((item) => item.expiresAt * 1000 > now.getTime())
}
