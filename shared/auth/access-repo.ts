import { errors } from '../errors.ts'
import { isRepoId } from '../model/repo-id.ts'
import type { RepoKind } from '../table/keys.ts'
import type { RepoItem } from '../table/repo-item.ts'
import { findRepo } from '../table/repos.ts'
import type { Table } from '../table/table.ts'
import { type Access, type Resource, requireAccess } from './authorize.ts'
import type { Principal } from './principal.ts'

/** The repo of a name, where the principal may do with it what it wants to. @throws AppError `repo_not_found`, also where there is one that must not be known of; `unauthenticated`, `missing_scope`, `forbidden` */
export async function accessRepo(
  table: Table,
  { principal, access, name, kind = 'model', withDeleted = false }: AccessRepo,
): Promise<RepoItem> {
  const hidden = () => errors.repoNotFound(name)
  const repo = isRepoId(name) ? await findRepo(table, { kind, name, withDeleted }) : undefined
  // Nothing tells a stranger whether a repo is there.
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
  // What is deleted is nobody's but its owner's.
  visibility: repo.deletedAt === undefined ? repo.visibility : 'private',
})
