import type { RevisionMetadata } from '../contract/repo.ts'
import { tagsOf } from '../model/hub-tags.ts'
import type { RepoItem } from '../table/repo-item.ts'
import type { RevisionItem } from '../table/repos.ts'

/** A repo is listed and searched by the metadata of the revision on main. */
export function describedBy(repo: RepoItem, metadata: RevisionMetadata | undefined): RepoItem {
  const { task, library, license } = metadata ?? {}
  const cardTags = metadata && fitting(tagsOf({ task, library, license, tags: [] }, metadata))
  return { ...repo, task, library, license, cardTags }
}

/** Every list of repos repeats the tags and one transaction writes them all, so a card must not make them too large. */
const tagsMaxBytes = 4096
const tagMaxBytes = 256

function fitting(tags: readonly string[]): string[] {
  let bytes = 0
  return tags.filter((tag) => {
    const size = Buffer.byteLength(tag)
    const fits = size <= tagMaxBytes && bytes + size <= tagsMaxBytes
    if (fits) bytes += size
    return fits
  })
}

/** The repo after main has moved to that revision. */
export const withHead = (repo: RepoItem, { id, sizeBytes, metadata }: RevisionItem, now: string): RepoItem => ({
  ...describedBy(repo, metadata),
  revision: id,
  sizeBytes,
  updatedAt: now,
})
