import { mayAccess } from '../auth/authorize.ts'
import type { Principal } from '../auth/principal.ts'
import { AppError, errors } from '../errors.ts'
import { isPastGrace, keptUntil } from '../model/repo-grace.ts'
import { getDeployment } from '../table/deployments.ts'
import { deploymentsOfRepo } from '../table/repo-deployments.ts'
import { fullName, type RepoItem } from '../table/repo-item.ts'
import { changeRepo } from '../table/repo-write.ts'
import type { Table } from '../table/table.ts'
import { changeStanding } from './change-ref.ts'

interface DeleteRepo {
  table: Table
  principal: Principal | undefined
  repo: RepoItem
  now: Date
}

/** Hides a repo until it is brought back or removed for good. @throws AppError `repo_deployed` */
export const deleteRepo = ({ table, principal, repo, now }: DeleteRepo): Promise<RepoItem> =>
  changeStanding(table, repo, async (before) => {
    const names = await deploymentsOfRepo(table, repo)
    if (names.length > 0) throw await deployed(table, { principal, repo, names })
    return { repo: { ...before, deletedAt: now.toISOString() } }
  })

/** @throws AppError `repo_not_found` where nobody can bring it back any more */
export async function undeleteRepo({ table, repo, now }: Omit<DeleteRepo, 'principal'>): Promise<RepoItem> {
  const restored = await changeRepo(table, repo.id, (before) => {
    if (before.deletedAt === undefined) return undefined
    if (isPastGrace(before.deletedAt, now)) throw tooLate(repo, before.deletedAt)
    return { repo: { ...before, deletedAt: undefined } }
  })
  if (restored === undefined) throw errors.repoNotFound(fullName(repo))
  return restored
}

/** Names those deployments that the caller may know of; of others it says how many there are. */
async function deployed(table: Table, { principal, repo, names }: Deployed): Promise<AppError> {
  const items = await Promise.all(names.map((name) => getDeployment(table, name)))
  const seen = items.flatMap((item) =>
    item !== undefined && mayAccess(principal, 'read', { owner: item.owner }) ? [item.name] : [],
  )
  const others = names.length - seen.length
  const said = [...seen.map((name) => `"${name}"`), ...(others > 0 ? [`${others} of other owners`] : [])]
  return new AppError({
    code: 'repo_deployed',
    status: 409,
    message: `"${fullName(repo)}" is served by ${said.join(', ')}. Remove what serves it first: slipway undeploy NAME`,
    details: { deployments: seen, others },
  })
}

interface Deployed {
  principal: Principal | undefined
  repo: RepoItem
  names: string[]
}

const tooLate = (repo: RepoItem, deletedAt: string): AppError =>
  new AppError({
    code: 'repo_not_found',
    status: 404,
    message: `"${fullName(repo)}" was deleted and could be brought back until ${keptUntil(deletedAt)}.`,
  })
