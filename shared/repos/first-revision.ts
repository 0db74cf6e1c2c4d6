import { type RevisionFile, revisionId } from '../model/revision-id.ts'
import type { RevisionItem } from '../table/repos.ts'

/** The commit that a repo is created with, under the title that the Hub gives it. */
export function firstRevision({ repoId, files, by, now }: FirstRevision): RevisionItem {
  const origin = JSON.stringify(['first', repoId])
  return {
    id: revisionId({ origin, files }),
    repoId,
    source: 'upload://',
    depth: 1,
    title: 'initial commit',
    filesTotal: files.length,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    createdAt: now.toISOString(),
    createdBy: by,
  }
}

interface FirstRevision {
  repoId: string
  files: readonly RevisionFile[]
  by: string
  now: Date
}
