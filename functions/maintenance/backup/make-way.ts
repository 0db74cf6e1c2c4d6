import type { RepoManifest } from '../../../shared/model/manifest.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import type { Table } from '../../../shared/table/table.ts'

interface MakeWay {
  table: Table
  /** The repos that wait for each other's names, starting with the first to be renamed. */
  waiting: readonly string[]
  /** Brings a repo forward to its manifest, if that is newer. */
  rename: (repoId: string, waiting: readonly string[]) => Promise<string[]>
}

/**
 * Frees the new name of a repo: its current holder was renamed since, too, and goes first. If each waits for the other,
 * as after a swap, the name is marked as left, because its holder is about to leave it. @returns the renamed repos
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
  await conditionHeld(() => table.update(key, change))
  return []
}

export const nameOf = (repo: Pick<RepoManifest, 'kind' | 'owner' | 'name'>): ItemKey =>
  keys.repoName(repo.kind, fullName(repo))

interface Claim {
  repoId: string
  redirectedAt?: string
}

/** Whether another repo already has the name that this one is about to leave. */
export async function isOthers(repo: RepoItem, table: Table): Promise<boolean> {
  const claim = await table.get<Claim>(nameOf(repo))
  return claim !== undefined && claim.repoId !== repo.id
}
