import { setTimeout as pause } from 'node:timers/promises'
import type { DeploymentItem } from './deployment-item.ts'
import { keys, lists } from './keys.ts'
import { absent, type Condition, ConditionFailed, type Page, type Table, type TransactAction } from './table.ts'
import { countUse } from './usage.ts'

export * from './deployment-item.ts'
export * from './replicas.ts'

/** @throws ConditionFailed where the name is taken. */
export async function createDeployment(
  table: Table,
  deployment: DeploymentItem,
  limits: { deploymentsMax?: number } = {},
): Promise<void> {
  await table.transact(deploymentCreation(deployment, limits))
  await noteDeploymentChange(table)
}

/** The writes of a deployment, counted against its owner. Its own condition, the first, fails where the name is taken. */
export function deploymentCreation(
  deployment: DeploymentItem,
  { deploymentsMax }: { deploymentsMax?: number | undefined },
): TransactAction[] {
  return [
    { put: wholeItem(deployment), condition: absent },
    countUse({ owner: deployment.owner, what: 'deployments', by: 1, max: deploymentsMax }),
  ]
}

function wholeItem(deployment: DeploymentItem) {
  const ofOwner = { ownerPk: lists.deploymentsOf(deployment.owner), ownerSk: deployment.name }
  const list = { listPk: lists.deployments, listSk: deployment.name, ...ofOwner }
  return { ...keys.deployment(deployment.name), ...list, ...deployment }
}

/** The write that puts one state of a deployment in the place of another, where nobody changed it meanwhile. */
export const deploymentChange = (before: DeploymentItem, after: DeploymentItem): TransactAction => ({
  put: wholeItem({ ...after, version: (before.version ?? 0) + 1 }),
  condition: standsAs(before),
})

/** It was not changed since, nor removed and made anew. */
export function standsAs({ createdAt, version }: DeploymentItem): Condition {
  const isSame = 'createdAt = :createdAt'
  return version === undefined
    ? { expression: `${isSame} AND attribute_not_exists(version)`, values: { ':createdAt': createdAt } }
    : { expression: `${isSame} AND version = :version`, values: { ':createdAt': createdAt, ':version': version } }
}

const triesMax = 10

/**
 * Changes a deployment whatever others do to it meanwhile: `change` is asked again with what it is by then, and
 * `undefined` leaves it as it is. Resolves to what it is now; to nothing where it is gone.
 */
export async function changeDeployment(
  table: Table,
  name: string,
  change: (before: DeploymentItem) => DeploymentItem | undefined | Promise<DeploymentItem | undefined>,
): Promise<DeploymentItem | undefined> {
  for (let tries = 1; ; tries++) {
    const before = await getDeployment(table, name)
    const after = before && (await change(before))
    if (before === undefined || after === undefined) return before
    try {
      await table.transact([deploymentChange(before, after)])
      await noteDeploymentChange(table)
      return { ...after, version: (before.version ?? 0) + 1 }
    } catch (error) {
      if (!(error instanceof ConditionFailed) || tries === triesMax) throw error
      await pause(Math.random() * 5 * tries)
    }
  }
}

/**
 * Has replicas look. It is no part of the change, which would have everybody wait for one item: where it is lost, they
 * look by themselves a little later.
 */
export async function noteDeploymentChange(table: Table): Promise<void> {
  const change = { expression: 'ADD version :one', values: { ':one': 1 } }
  await table.update(keys.deploymentsVersion, change).catch(() => undefined)
}

/** Counts every change of any deployment. */
export const deploymentsVersion = async (table: Table): Promise<number> =>
  (await table.get<{ version: number }>(keys.deploymentsVersion))?.version ?? 0

export const getDeployment = (table: Table, name: string): Promise<DeploymentItem | undefined> =>
  table.get<DeploymentItem>(keys.deployment(name))

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
