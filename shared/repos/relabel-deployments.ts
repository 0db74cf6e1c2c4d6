import { formatTarget } from '../model/target.ts'
import { type DeploymentTarget, targetsOf } from '../table/deployment-item.ts'
import { changeDeployment } from '../table/deployments.ts'
import { deploymentsOfRepo } from '../table/repo-deployments.ts'
import { fullName, type RepoItem } from '../table/repo-item.ts'
import type { Table } from '../table/table.ts'

/** Updates the repo's name in its deployments, for display; they refer to it by id. */
export async function relabelDeployments(table: Table, repo: RepoItem): Promise<void> {
  const name = fullName(repo)
  const relabelled = <Target extends DeploymentTarget>(target: Target): Target =>
    target.repoId !== repo.id || target.repo === name
      ? target
      : { ...target, repo: name, target: formatTarget({ repo: name, ref: target.ref }) }
  for (const deployment of await deploymentsOfRepo(table, repo))
    await changeDeployment(table, deployment, (item) => {
      const after = {
        ...relabelled(item),
        ...(item.targets !== undefined && { targets: targetsOf(item).map(relabelled) }),
        ...(item.shadow !== undefined && { shadow: { ...item.shadow, target: relabelled(item.shadow.target) } }),
      }
      return JSON.stringify(after) === JSON.stringify(item) ? undefined : after
    })
}
