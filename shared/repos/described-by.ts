import type { RevisionMetadata } from '../contract/repo.ts'
import type { RepoItem } from '../table/repo-item.ts'
import type { RevisionItem } from '../table/repos.ts'

/** What the revision on main says of itself is what its repo is found by. */
export const describedBy = (repo: RepoItem, metadata: RevisionMetadata | undefined): RepoItem => ({
  ...repo,
  task: metadata?.task,
  library: metadata?.library,
  license: metadata?.license,
  cardTags: metadata?.tags,
})

/** The repo when its branch main names that revision. */
export const withHead = (repo: RepoItem, { id, sizeBytes, metadata }: RevisionItem, now: string): RepoItem => ({
  ...describedBy(repo, metadata),
  revision: id,
  sizeBytes,
  updatedAt: now,
})
