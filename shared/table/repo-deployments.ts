import { formatTarget } from '../model/target.ts'
import { getDeployment } from './deployments.ts'
import { keys } from './keys.ts'
import { fullName, type RepoItem } from './repo-item.ts'
import { ConditionFailed, type Table, type TransactAction } from './table.ts'

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

/** Has the deployments of a repo say what it is called now. They find it by its id, whatever they say. */
export async function relabelDeployments(table: Table, repo: RepoItem): Promise<void> {
  for (const name of await deploymentsOfRepo(table, repo)) {
    const item = await getDeployment(table, name)
    if (item === undefined || item.repo === fullName(repo)) continue
    const target = formatTarget({ repo: fullName(repo), ref: item.ref })
    try {
      await table.update(keys.deployment(name), {
        expression: 'SET repo = :repo, #target = :target',
        condition: 'repoId = :id',
        names: { '#target': 'target' },
        values: { ':repo': fullName(repo), ':target': target, ':id': repo.id },
      })
    } catch (error) {
      // It is no longer there, or serves another repo under the same name.
      if (!(error instanceof ConditionFailed)) throw error
    }
  }
}
