import type { Revision, RevisionSummary } from '../../shared/contract/repo.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import type { RevisionItem } from '../../shared/table/repos.ts'

/** A revision as the API shows it, without its metadata. */
export function toRevisionSummary(repo: RepoItem, revision: RevisionItem): RevisionSummary {
  const { id, source, sourceRevision, parent, depth, title, message, filesTotal, sizeBytes, createdAt, createdBy } =
    revision
  return {
    id,
    repo: fullName(repo),
    source,
    sourceRevision,
    parent,
    depth,
    title,
    message,
    filesTotal,
    sizeBytes,
    createdAt,
    createdBy,
  }
}

export const toRevision = (repo: RepoItem, revision: RevisionItem): Revision => ({
  ...toRevisionSummary(repo, revision),
  metadata: revision.metadata,
})
