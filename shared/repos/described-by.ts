import type { RevisionMetadata } from '../contract/repo.ts'
import { tagsOf } from '../model/hub-tags.ts'
import type { RepoItem } from '../table/repo-item.ts'
import type { RevisionItem } from '../table/repos.ts'

/** What the revision on main says of itself is what its repo is found by. */
export function describedBy(repo: RepoItem, metadata: RevisionMetadata | undefined): RepoItem {
  const { task, library, license } = metadata ?? {}
  const cardTags = metadata && tagsOf({ task, library, license, tags: [] }, metadata)
  return { ...repo, task, library, license, cardTags }
}

/** The repo when its branch main names that revision. */
export const withHead = (repo: RepoItem, { id, sizeBytes, metadata }: RevisionItem, now: string): RepoItem => ({
  ...describedBy(repo, metadata),
  revision: id,
  sizeBytes,
  updatedAt: now,
})
