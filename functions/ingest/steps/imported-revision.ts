import { mirrorAddress } from '../../../shared/mirror/mirrored-repo.ts'
import { type RevisionFile, revisionId } from '../../../shared/model/revision-id.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { newRepo, type RepoItem } from '../../../shared/table/repo-item.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'

/** Clients of a mirror cache content under the upstream commit id. */
export function importedId({ item, files }: { item: ImportItem; files: readonly RevisionFile[] }): string {
  const { source, sourceRevision, mirror } = item
  const origin = source.startsWith('hf://') ? `${source.split('@')[0]}@${sourceRevision}` : 'files'
  return mirror && sourceRevision ? sourceRevision : revisionId({ origin, files })
}

export const importedRevision = ({ id, item, files, repoId, parent, at }: ImportedRevision): RevisionItem => ({
  id,
  repoId,
  source: item.source,
  sourceRevision: item.sourceRevision,
  parent: parent?.id,
  depth: (parent?.depth ?? 0) + 1,
  title: `Import ${item.source}`,
  message: item.sourceRevision === undefined ? undefined : `From ${item.sourceRevision}`,
  filesTotal: files.length,
  sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  createdAt: at,
  createdBy: item.createdBy,
})

interface ImportedRevision {
  id: string
  item: ImportItem
  files: readonly RevisionFile[]
  repoId: string
  /** The revision that its branch was at. */
  parent: RevisionItem | undefined
  at: string
}

/** The repo that a first import creates. */
export const importedRepo = ({ repo, repoId, createdBy, mirror }: ImportItem, now: Date): RepoItem =>
  newRepo({
    id: repoId,
    fullName: repo,
    createdBy,
    now,
    ...(mirror && { visibility: mirror.visibility, mirror: mirrorAddress({ upstream: mirror.upstream, repo }) }),
  })

/** The repo after the import's publication. */
export const repoWith = ({ item, repo, revision, isOnMain, at }: RepoWith): RepoItem => ({
  ...repo,
  ...(isOnMain && { revision: revision.id, sizeBytes: revision.sizeBytes }),
  // Hidden upstream means hidden here; publishing is left to an admin.
  ...(item.mirror?.visibility === 'private' && { visibility: 'private' as const }),
  updatedAt: at,
})

interface RepoWith {
  item: ImportItem
  repo: RepoItem
  revision: RevisionItem
  /** Whether it becomes the head of main. */
  isOnMain: boolean
  at: string
}
