import type { RepoManifest } from '../../../shared/model/manifest.ts'
import { asSeen } from '../../../shared/table/as-seen.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import type { Table } from '../../../shared/table/table.ts'

interface MakeWay {
  table: Table
  /** The repos that wait for each other's names, from the first one that was to be renamed. */
  waiting: readonly string[]
  /** Renames a repo as its manifest says, where that is of a later change. */
  rename: (repoId: string, waiting: readonly string[]) => Promise<string[]>
}

/**
 * Before a repo gets its new name, renames the one that has it, which was renamed since, too. Where each waits for the
 * other, as after a swap, the name is free for whoever comes next: its holder is about to leave it.
 * @returns the repos that were renamed
 */
export async function makeWay(said: RepoManifest, { table, waiting, rename }: MakeWay): Promise<string[]> {
  const key = nameOf(said)
  const claim = await table.get<Claim>(key)
  if (claim === undefined || claim.redirectedAt !== undefined || claim.repoId === said.id) return []
  if (!waiting.includes(claim.repoId)) return rename(claim.repoId, [...waiting, said.id])
  const change = {
    expression: 'SET redirectedAt = :now',
    condition: 'repoId = :id',
    values: { ':now': said.updatedAt, ':id': claim.repoId },
  }
  await asSeen(() => table.update(key, change))
  return []
}

export const nameOf = (repo: Pick<RepoManifest, 'kind' | 'owner' | 'name'>): ItemKey =>
  keys.repoName(repo.kind, fullName(repo))

interface Claim {
  repoId: string
  redirectedAt?: string
}

/** Whether a name is another repo's by now, which came to be called so before this one left it. */
export async function isOthers(repo: RepoItem, table: Table): Promise<boolean> {
  const claim = await table.get<Claim>(nameOf(repo))
  return claim !== undefined && claim.repoId !== repo.id
}
