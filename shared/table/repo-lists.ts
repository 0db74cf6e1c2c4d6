import { type ItemKey, keys, type RepoKind } from './keys.ts'
import { fullName, type RepoItem } from './repo-item.ts'

/** What a list of repos can be narrowed by, one of these at a time. */
export const facetNames = ['task', 'library', 'license', 'tag'] as const
type FacetName = (typeof facetNames)[number]
export interface Facet {
  name: FacetName
  value: string
}

/** Whose repos a list holds: everybody's, what anyone may read, one owner's, or what anyone may read of one owner's. */
export type Audience = 'all' | 'public' | { owner: string } | { publicOf: string }

export interface RepoListName {
  kind: RepoKind
  /** Those that can still be undone have lists of their own. */
  status: 'active' | 'deleted'
  audience: Audience
  facet?: Facet | undefined
}

/**
 * By more tags than these a repo is not found, so that one transaction takes all of its entries away and writes those
 * that are not of a tag.
 */
export const listedTagsMax = 15

/** The partition of a list. Each repo stands once in every list that it belongs to. */
export function repoListName({ kind, status, audience, facet }: RepoListName): string {
  return `${kind}#${status}#${textOf(audience)}#${facet === undefined ? '' : `${facet.name}:${facet.value}`}`
}

function textOf(audience: Audience): string {
  if (typeof audience === 'string') return audience
  return 'owner' in audience ? `owner:${audience.owner.toLowerCase()}` : `public:${audience.publicOf.toLowerCase()}`
}

/** A repo as lists hold it: all that a list shows, so that a page costs one read. */
export type RepoEntry = ItemKey &
  Omit<RepoItem, 'version' | 'lastVersion'> &
  Record<RepoOrder, string> &
  Record<string, unknown>

/** The attributes that lists are ordered by, beside the name with its owner, which is the key. */
type RepoOrder = 'nameOrder' | 'updatedOrder' | 'createdOrder' | 'downloadsOrder' | 'sizeOrder'

/** Every entry of a repo. */
export function entriesOf(repo: RepoItem): RepoEntry[] {
  const { version: _, lastVersion: __, isUntagged: ___, ...summary } = repo
  const name = fullName(repo)
  const all = { ...summary, ...ordersOf(repo) }
  // The keys last: an item that was read brings its own along.
  return listsOf(repo).map((list) => ({ ...all, ...keys.repoEntry(repoListName(list), name) }))
}

function listsOf({ kind, owner, visibility, deletedAt, ...summary }: RepoItem): RepoListName[] {
  const status = deletedAt === undefined ? 'active' : 'deleted'
  const isListedPublic = visibility === 'public' && status === 'active'
  const open: Audience[] = isListedPublic ? ['public', { publicOf: owner }] : []
  const audiences: Audience[] = ['all', { owner }, ...open]
  const facets = status === 'deleted' ? [undefined] : [undefined, ...facetsOf(summary)]
  return audiences.flatMap((audience) => facets.map((facet) => ({ kind, status, audience, facet })))
}

function facetsOf({ task, library, license, tags, cardTags, isUntagged }: Pick<RepoItem, FacetSource>): Facet[] {
  const single = Object.entries({ task, library, license }) as [FacetName, string | null | undefined][]
  const listed = isUntagged === true ? [] : [...new Set([...tags, ...(cardTags ?? [])])].slice(0, listedTagsMax)
  return [
    ...single.flatMap(([name, value]) => (value == null ? [] : [{ name, value }])),
    ...listed.map((value) => ({ name: 'tag' as const, value })),
  ]
}

type FacetSource = 'task' | 'library' | 'license' | 'tags' | 'cardTags' | 'isUntagged'

/** Numbers are padded, so that text sorts as they do; the id tells equal ones apart. */
const ordersOf = (repo: RepoItem): Record<RepoOrder, string> => ({
  nameOrder: `${repo.name}/${repo.owner}`.toLowerCase(),
  updatedOrder: `${repo.updatedAt}#${repo.id}`,
  createdOrder: `${repo.createdAt}#${repo.id}`,
  downloadsOrder: `${String(repo.downloads).padStart(15, '0')}#${repo.id}`,
  sizeOrder: `${String(repo.sizeBytes).padStart(16, '0')}#${repo.id}`,
})
