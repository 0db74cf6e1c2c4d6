import { keys } from './keys.ts'
import type { RepoItem } from './repo-item.ts'
import type { Table, TransactAction } from './table.ts'

/**
 * The writes by which a repo knows of a deployment: for the transaction that makes it. The repo counts as changed, so
 * that it cannot be deleted by someone who has just seen that nothing serves it.
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

/** The names of the deployments that serve a repo, whoever's they are. */
export async function deploymentsOfRepo(table: Table, { id }: Pick<RepoItem, 'id'>): Promise<string[]> {
  const { pk, sk } = keys.repoDeployment(id, '')
  const items = table.queryAll<{ name: string }>({
    expression: 'pk = :pk AND begins_with(sk, :deployments)',
    values: { ':pk': pk, ':deployments': sk },
    consistent: true,
  })
  return (await Array.fromAsync(items)).map(({ name }) => name)
}
