import { keys } from './keys.ts'
import type { RepoItem } from './repo-item.ts'
import type { Table, TransactAction } from './table.ts'

/**
 * The writes that register a deployment with its repo, for the transaction that creates it. They count as a change of
 * the repo, so that it cannot be deleted by somebody who has just seen it unused.
 */
export const repoDeploymentWrites = ({ name, repoId }: Deployed): TransactAction[] => [
  { put: { ...keys.repoDeployment(repoId, name), name } },
  {
    update: keys.repo(repoId),
    change: {
      expression: 'ADD version :one',
      condition: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)',
      values: { ':one': 1 },
    },
  },
]

/** For the transaction that removes a deployment. */
export const forgetRepoDeployment = ({ name, repoId }: Deployed): TransactAction => ({
  delete: keys.repoDeployment(repoId, name),
})

interface Deployed {
  name: string
  repoId: string
}

/** The names of all deployments that serve a repo, of any owner. */
export async function deploymentsOfRepo(table: Table, { id }: Pick<RepoItem, 'id'>): Promise<string[]> {
  const { pk, sk } = keys.repoDeployment(id, '')
  const items = table.queryAll<{ name: string }>({
    expression: 'pk = :pk AND begins_with(sk, :deployments)',
    values: { ':pk': pk, ':deployments': sk },
    consistent: true,
  })
  return (await Array.fromAsync(items)).map(({ name }) => name)
}
