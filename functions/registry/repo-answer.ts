import type { Alias, Branch, Tag } from '../../shared/contract/ref.ts'
import { shownRefsMax } from '../../shared/contract/ref.ts'
import type { Repo, RepoDetail } from '../../shared/contract/repo.ts'
import { keptUntil } from '../../shared/model/repo-grace.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { pageOfRefs, type RefItem } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'

/** A repo as the API shows it. */
export function toRepo(repo: Omit<RepoItem, 'version'>): Repo {
  const { kind, visibility, revision, task, library, license, tags, cardTags, sizeBytes, downloads } = repo
  const { createdAt, updatedAt, deletedAt } = repo
  return {
    id: fullName(repo),
    kind,
    visibility,
    revision,
    task,
    library,
    license,
    tags,
    cardTags,
    sizeBytes,
    downloads,
    createdAt,
    updatedAt,
    ...(deletedAt !== undefined && { deletedAt, keptUntil: keptUntil(deletedAt) }),
  }
}

export const toBranch = ({ name, revision, updatedAt, updatedBy }: RefItem): Branch => ({
  name,
  revision,
  updatedAt,
  updatedBy,
})

export const toTag = ({ message, versionNumber, ...ref }: RefItem): Tag => ({
  ...toBranch({ ...ref }),
  message,
  version: versionNumber,
})

export const toAlias = (ref: RefItem): Alias => ({
  ...toBranch(ref),
  version: ref.version ?? 1,
  isProtected: ref.isProtected === true,
})

/** The first refs of each kind, and whether there are more. */
export async function shownRefs(table: Table, repoId: string): Promise<RepoDetail['refs']> {
  const [branches, tags, aliases] = await Promise.all(
    (['branch', 'tag', 'alias'] as const).map((kind) => pageOfRefs(table, { repoId, kind, limit: shownRefsMax + 1 })),
  )
  const pages = [branches, tags, aliases].filter((page) => page !== undefined)
  const found = pages.map(({ items }) => items)
  const [firstBranches = [], firstTags = [], firstAliases = []] = found.map((refs) => refs.slice(0, shownRefsMax))
  return {
    branches: firstBranches.map(toBranch),
    tags: firstTags.map(toTag),
    aliases: firstAliases.map(toAlias),
    // DynamoDB may return fewer items than requested although more exist.
    isPartial: pages.some(({ items, nextKey }) => items.length > shownRefsMax || nextKey !== undefined),
  }
}
