import type { RevisionMetadata } from '../contract/repo.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** One immutable state of a repo. */
export interface RevisionItem {
  id: string
  repoId: string
  source: string
  sourceRevision?: string | undefined
  /** The revision it was based on, if any. */
  parent?: string | undefined
  /** The number of revisions up to and including it. */
  depth: number
  title: string
  message?: string | undefined
  filesTotal: number
  sizeBytes: number
  metadata?: RevisionMetadata | undefined
  createdAt: string
  createdBy: string
}

export const getRevision = (table: Table, repoId: string, id: string) =>
  table.get<RevisionItem>(keys.revision(repoId, id))

/** Every revision of a repo, in no particular order. */
export const allRevisions = (table: Table, repoId: string): AsyncGenerator<RevisionItem> =>
  table.queryAll<RevisionItem>({
    expression: 'pk = :pk AND begins_with(sk, :revision)',
    values: { ':pk': keys.repo(repoId).pk, ':revision': keys.revision(repoId, '').sk },
    consistent: true,
  })
