import type { Manifest } from '../model/manifest.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import type { RevisionItem } from '../table/repos.ts'

/** The manifest of a revision: its item, without the fields that are derived from the files. */
export function manifestOf({ revision, files }: { revision: RevisionItem; files: readonly RevisionFile[] }): Manifest {
  const { id, repoId, source, sourceRevision, parent, depth, title, message, createdAt, createdBy } = revision
  return {
    format: 2,
    id,
    repoId,
    source,
    sourceRevision,
    parent,
    depth,
    title,
    message,
    createdAt,
    createdBy,
    files: files.map(({ path, sizeBytes, sha256, gitSha1 }) => ({ path, sizeBytes, sha256, gitSha1 })),
  }
}
