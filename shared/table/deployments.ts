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

/** The writes that create a deployment and count it. The first one's condition fails where the name is taken. */
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

/** Replaces a deployment's state, unless somebody else changed it meanwhile. */
export const deploymentChange = (before: DeploymentItem, after: DeploymentItem): TransactAction => ({
  put: wholeItem({ ...after, version: (before.version ?? 0) + 1 }),
  condition: standsAs(before),
})

/** Unchanged since it was read, and not deleted and recreated. */
export function standsAs({ createdAt, version }: DeploymentItem): Condition {
  const isSame = 'createdAt = :createdAt'
  return version === undefined
    ? { expression: `${isSame} AND attribute_not_exists(version)`, values: { ':createdAt': createdAt } }
    : { expression: `${isSame} AND version = :version`, values: { ':createdAt': createdAt, ':version': version } }
}

const triesMax = 10

/**
 * Changes a deployment despite concurrent changes: `change` is called again with the new state, and may return
 * `undefined` to leave it. Resolves to the current state, or to nothing where it is gone.
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
 * Tells replicas to look for changes. Not part of the change's transaction, where all deployments would contend for one
 * item; without it, replicas look a little later by themselves.
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

/** Deployments by name, of all owners or one, after a name. */
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
