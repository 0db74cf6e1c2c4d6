import { formatTarget } from '../model/target.ts'
import { getDeployment } from '../table/deployments.ts'
import { keys } from '../table/keys.ts'
import { deploymentsOfRepo } from '../table/repo-deployments.ts'
import { fullName, type RepoItem } from '../table/repo-item.ts'
import { ConditionFailed, type Table } from '../table/table.ts'

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
