import { isActiveImport } from '../../../shared/model/import-state.ts'
import { getImport } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { getRepo, getRevision } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'

/** The reason why a revision's files are needed. */
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
 * Whether a revision's files are needed, and by which owner. An unpublished one counts while it is recent; an older one
 * fails when it is published, and starts over.
 */
export async function standingOf({ table, repoId, revision, cutoffs, isDryRun }: StandingRequest): Promise<Standing> {
  // In this order, because a publication replaces the mark by the revision.
  const pending = await table.get<{ startedAt: string }>(keys.pendingRevision(repoId, revision))
  const published = await getRevision(table, repoId, revision)
  const repo = await getRepo(table, repoId)
  // Until it is purged it may be restored at any age, so only a dry run treats it as gone.
  const isGone = isDryRun && repo?.deletedAt !== undefined && repo.deletedAt < cutoffs.deletedRepo
  const isBeingWritten = pending !== undefined && pending.startedAt >= cutoffs.unneeded
  const isPublished = published !== undefined && repo !== undefined
  return { owner: repo?.owner ?? '', isKept: !isGone && (isPublished || isBeingWritten) }
}

/** Whether an import is running, so that its blobs are about to be named. */
export async function isImportActive(table: Table, id: string): Promise<boolean> {
  const item = await getImport(table, id)
  return item !== undefined && isActiveImport(item.state)
}
