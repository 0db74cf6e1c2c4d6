import { isActiveImport } from '../../../shared/model/import-state.ts'
import { getImport } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { getRepo, getRevision } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'

/** What the files of a revision are needed for. */
export interface Standing {
  owner: string
  isKept: boolean
}

interface StandingRequest {
  table: Table
  repoId: string
  revision: string
  cutoffs: { unneeded: string; deletedRepo: string }
  isDryRun: boolean
}

/**
 * Whether the files of a revision are needed, and by whom. Those of one that is being written are, until it is old:
 * then its publication, should it ever come, fails and begins again.
 */
export async function standingOf({ table, repoId, revision, cutoffs, isDryRun }: StandingRequest): Promise<Standing> {
  // In this order: a publication puts the revision in the place of the mark.
  const pending = await table.get<{ startedAt: string }>(keys.pendingRevision(repoId, revision))
  const published = await getRevision(table, repoId, revision)
  const repo = await getRepo(table, repoId)
  // What was not purged may be brought back at any moment, however old it is: only a dry run takes it for gone.
  const isGone = isDryRun && repo?.deletedAt !== undefined && repo.deletedAt < cutoffs.deletedRepo
  const isBeingWritten = pending !== undefined && pending.startedAt >= cutoffs.unneeded
  const isPublished = published !== undefined && repo !== undefined
  return { owner: repo?.owner ?? '', isKept: !isGone && (isPublished || isBeingWritten) }
}

/** Whether an import goes on, so that what it has brought is about to be named. */
export async function isImportActive(table: Table, id: string): Promise<boolean> {
  const item = await getImport(table, id)
  return item !== undefined && isActiveImport(item.state)
}
