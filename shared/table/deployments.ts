import type { ReplicaStatus } from '../contract/deployment.ts'
import { keys, lists } from './keys.ts'
import { absent, type Page, type Table } from './table.ts'

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
export async function createDeployment(table: Table, deployment: DeploymentItem): Promise<void> {
  const ofOwner = { ownerPk: lists.deploymentsOf(deployment.owner), ownerSk: deployment.name }
  const list = { listPk: lists.deployments, listSk: deployment.name, ...ofOwner }
  await table.put({ ...keys.deployment(deployment.name), ...list, ...deployment }, absent)
}

export const getDeployment = (table: Table, name: string): Promise<DeploymentItem | undefined> =>
  table.get<DeploymentItem>(keys.deployment(name))

export async function deleteDeployment(table: Table, name: string): Promise<void> {
  await table.delete(keys.deployment(name))
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
