import { errors } from '../errors.ts'
import { isRepoId } from '../model/repo-id.ts'
import type { RepoKind } from '../table/keys.ts'
import type { RepoItem } from '../table/repo-item.ts'
import { findRepo } from '../table/repos.ts'
import type { Table } from '../table/table.ts'
import { type Access, type Resource, requireAccess } from './authorize.ts'
import type { Principal } from './principal.ts'

/**
 * Finds a repo by name and checks that the principal may access it.
 * @throws AppError `repo_not_found` (also for a repo that must stay hidden), `unauthenticated`, `missing_scope`,
 * `forbidden`
 */
export async function accessRepo(
  table: Table,
  { principal, access, name, kind = 'model', withDeleted = false }: AccessRepo,
): Promise<RepoItem> {
  const hidden = () => errors.repoNotFound(name)
  const repo = isRepoId(name) ? await findRepo(table, { kind, name, withDeleted }) : undefined
  // A caller without a key must not learn whether the repo exists.
  if (repo === undefined) throw principal === undefined ? errors.unauthenticated() : hidden()
  requireAccess({ principal, access, resource: asResource(repo), hidden })
  return repo
}

interface AccessRepo {
  principal: Principal | undefined
  access: Access
  name: string
  kind?: RepoKind | undefined
  withDeleted?: boolean | undefined
}

export const asResource = (repo: RepoItem): Resource => ({
  owner: repo.owner,
  repoId: repo.id,
  // A deleted repo is visible to its owner only.
  visibility: repo.deletedAt === undefined ? repo.visibility : 'private',
})
