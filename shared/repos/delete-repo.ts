import { mayAccess } from '../auth/authorize.ts'
import type { Principal } from '../auth/principal.ts'
import { AppError, errors } from '../errors.ts'
import { isPastGrace, keptUntil } from '../model/repo-grace.ts'
import { type DeploymentItem, everyTargetOf, getDeployment } from '../table/deployments.ts'
import { deploymentsOfRepo } from '../table/repo-deployments.ts'
import { fullName, type RepoItem } from '../table/repo-item.ts'
import { changeRepo } from '../table/repo-write.ts'
import type { Table } from '../table/table.ts'
import { changeStanding } from './ref-change.ts'

interface DeleteRepo {
  table: Table
  principal: Principal | undefined
  repo: RepoItem
  /** Deletes it despite deployments of others, which the caller cannot remove. */
  force?: boolean
  now: Date
}

/**
 * Hides a repo until it is restored or removed for good. Deployments that others made of a public repo stay until then,
 * if `force` accepts that. @throws AppError `repo_deployed`
 */
export const deleteRepo = ({ table, principal, repo, force = false, now }: DeleteRepo): Promise<RepoItem> =>
  changeStanding(table, repo, async (before) => {
    const { seen, others } = await whatServes(table, { principal, repo })
    if (seen.length > 0 || (others > 0 && !force)) throw deployed(repo, { seen, others })
    return { repo: { ...before, deletedAt: now.toISOString() } }
  })

/** @throws AppError `repo_not_found` once it can no longer be restored */
export async function undeleteRepo({ table, repo, now }: Omit<DeleteRepo, 'principal'>): Promise<RepoItem> {
  const restored = await changeRepo(table, repo.id, (before) => {
    if (before.deletedAt === undefined) return undefined
    if (isPastGrace(before.deletedAt, now)) throw tooLate(repo, before.deletedAt)
    return { repo: { ...before, deletedAt: undefined } }
  })
  if (restored === undefined) throw errors.repoNotFound(fullName(repo))
  return restored
}

/** The deployments whose names the caller may see, and how many more there are. */
async function whatServes(table: Table, { principal, repo }: Pick<DeleteRepo, 'principal' | 'repo'>) {
  const names = await deploymentsOfRepo(table, repo)
  const found = await Promise.all(names.map((name) => getDeployment(table, name)))
  // Checks each deployment itself, because the repo's list may still name one that is gone or serves something else.
  const items = found.flatMap((item) => (item !== undefined && serves(item, repo) ? [item] : []))
  const seen = items.filter(({ owner }) => mayAccess(principal, 'read', { owner })).map(({ name }) => name)
  return { seen, others: items.length - seen.length }
}

const serves = (item: DeploymentItem, { id }: RepoItem): boolean =>
  everyTargetOf(item).some(({ repoId }) => repoId === id)

function deployed(repo: RepoItem, { seen, others }: { seen: string[]; others: number }): AppError {
  const said = [...seen.map((name) => `"${name}"`), ...(others > 0 ? [`${others} of other owners`] : [])]
  const remedy =
    seen.length > 0
      ? 'Remove what serves it first: npx slipway undeploy NAME'
      : 'Delete it with force, and they go on until it is removed for good.'
  return new AppError({
    code: 'repo_deployed',
    status: 409,
    message: `"${fullName(repo)}" is served by ${said.join(', ')}. ${remedy}`,
    details: { deployments: seen, others },
  })
}

const tooLate = (repo: RepoItem, deletedAt: string): AppError =>
  new AppError({
    code: 'repo_not_found',
    status: 404,
    message: `"${fullName(repo)}" was deleted and could be brought back until ${keptUntil(deletedAt)}.`,
  })
