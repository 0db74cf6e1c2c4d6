import type { RevisionFile } from '../model/revision-id.ts'
import { keys } from './keys.ts'
import { inspectionEntry } from './outbox.ts'
import type { RefItem, RevisionItem } from './repos.ts'
import { absent, ConditionFailed, present, type Table, type TransactAction } from './table.ts'

/**
 * Writes the files of an unpublished revision, after a mark that lets a sweep find an abandoned one. `revisionWrites`
 * removes the mark; a published revision already has its files.
 */
export async function writeRevisionFiles(
  table: Table,
  { repoId, revision, files, now }: { repoId: string; revision: string; files: readonly RevisionFile[]; now: Date },
): Promise<void> {
  const mark = { ...keys.pendingRevision(repoId, revision), repoId, revision, startedAt: now.toISOString() }
  try {
    await table.transact([{ put: mark }, { check: keys.revision(repoId, revision), condition: absent }])
  } catch (error) {
    if (error instanceof ConditionFailed) return
    throw error
  }
  await table.putMany(files.map((file) => ({ ...file, ...keys.revisionFile(repoId, revision, file.path) })))
}

/** The writes that publish a revision after its files, beside those of its refs and repo. */
export const revisionWrites = ({ revision, known }: { revision: RevisionItem; known: boolean }): TransactAction[] => [
  known
    ? { check: keys.revision(revision.repoId, revision.id), condition: present }
    : { put: { ...keys.revision(revision.repoId, revision.id), ...revision }, condition: absent },
  {
    delete: keys.pendingRevision(revision.repoId, revision.id),
    ...(!known && revision.filesTotal > 0 && { condition: stillWritten }),
  },
  ...(known || revision.metadata !== undefined
    ? []
    : [inspectionEntry({ repoId: revision.repoId, revision: revision.id, at: revision.createdAt })]),
]

/** A collection marks an abandoned revision before it removes the files. */
const stillWritten = { expression: 'attribute_exists(pk) AND attribute_not_exists(sweptBy)' }

/** Moves a branch from its expected revision; without `from`, from any. */
export function branchWrite({ repoId, name, revision, from, now, by }: BranchWrite): TransactAction {
  const item: RefItem = { kind: 'branch', name, revision, updatedAt: now, updatedBy: by }
  const condition =
    from === undefined
      ? undefined
      : from === 'absent'
        ? absent
        : { expression: 'revision = :from', values: { ':from': from } }
  return { put: { ...keys.branch(repoId, name), ...item }, ...(condition && { condition }) }
}

interface BranchWrite {
  repoId: string
  name: string
  revision: string
  /** A revision id, or `undefined` for a branch that must not exist yet. */
  from?: string | undefined
  now: string
  by: string
}
