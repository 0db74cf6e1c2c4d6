import { keys, type RepoKind } from './keys.ts'
import { lookupsOf, nameKey } from './lookups.ts'
import { fullName, type RepoItem } from './repo-item.ts'
import type { Table } from './table.ts'

export * from './refs.ts'
export * from './revision-files.ts'
export * from './revisions.ts'

export const getRepo = (table: Table, id: string) => table.get<RepoItem>(keys.repo(id))

/** Finds a repo by its name, or by a former name that nobody took. Leaves out deleted ones, unless asked. */
export async function findRepo(
  table: Table,
  { kind = 'model', name, withDeleted = false }: { kind?: RepoKind; name: string; withDeleted?: boolean },
): Promise<RepoItem | undefined> {
  const repo = (await repoRemembered(table, kind, name)) ?? (await repoClaimed(table, kind, name))
  return repo?.deletedAt === undefined || withDeleted ? repo : undefined
}

/** Reads by the cached id, which is valid while the repo has the name, since only one repo can. */
async function repoRemembered(table: Table, kind: RepoKind, name: string): Promise<RepoItem | undefined> {
  const id = lookupsOf(table).repoIds.get(nameKey(kind, name))
  const repo = id === undefined ? undefined : await getRepo(table, id)
  return repo !== undefined && carries(repo, kind, name) ? repo : undefined
}

async function repoClaimed(table: Table, kind: RepoKind, name: string): Promise<RepoItem | undefined> {
  const claim = await table.get<{ repoId: string }>(keys.repoName(kind, name))
  if (claim === undefined) return undefined
  const repo = await getRepo(table, claim.repoId)
  if (repo !== undefined && carries(repo, kind, name)) lookupsOf(table).repoIds.set(nameKey(kind, name), repo.id)
  return repo
}

/** A former name also leads to the repo, but is never cached. */
const carries = (repo: RepoItem, kind: RepoKind, name: string): boolean =>
  nameKey(repo.kind, fullName(repo)) === nameKey(kind, name)
