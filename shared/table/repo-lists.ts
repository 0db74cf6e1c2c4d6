import { type ItemKey, keys, type RepoKind } from './keys.ts'
import { fullName, type RepoItem } from './repo-item.ts'

/** What lists of repos can be filtered by, one at a time. */
export const facetNames = ['task', 'library', 'license', 'tag'] as const
type FacetName = (typeof facetNames)[number]
export interface Facet {
  name: FacetName
  value: string
}

/** Whose repos a list holds: all, the public ones, one owner's, or one owner's public ones. */
export type Audience = 'all' | 'public' | { owner: string } | { publicOf: string }

export interface RepoListName {
  kind: RepoKind
  /** Deleted repos that can be restored have lists of their own. */
  status: 'active' | 'deleted'
  audience: Audience
  facet?: Facet | undefined
}

/** Limits the lists by tag, so that one transaction can remove all of a repo's entries and write the others. */
export const listedTagsMax = 15

/** The partition of a list; a repo is in each of its lists once. */
export function repoListName({ kind, status, audience, facet }: RepoListName): string {
  return `${kind}#${status}#${textOf(audience)}#${facet === undefined ? '' : `${facet.name}:${facet.value}`}`
}

function textOf(audience: Audience): string {
  if (typeof audience === 'string') return audience
  return 'owner' in audience ? `owner:${audience.owner.toLowerCase()}` : `public:${audience.publicOf.toLowerCase()}`
}

/** A repo in a list, with everything that lists show, so that a page costs one read. */
export type RepoEntry = ItemKey &
  Omit<RepoItem, 'version' | 'lastVersion'> &
  Record<RepoOrder, string> &
  Record<string, unknown>

/** Sort attributes, beside the key, which sorts by owner and name. */
type RepoOrder = 'nameOrder' | 'updatedOrder' | 'createdOrder' | 'downloadsOrder' | 'sizeOrder'

export function entriesOf(repo: RepoItem): RepoEntry[] {
  const { version: _, lastVersion: __, isUntagged: ___, ...summary } = repo
  const name = fullName(repo)
  const all = { ...summary, ...ordersOf(repo) }
  // Keys last, because an item that was read carries its own.
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

/** Numbers are padded so that they sort as text; the id makes values unique. */
const ordersOf = (repo: RepoItem): Record<RepoOrder, string> => ({
  nameOrder: `${repo.name}/${repo.owner}`.toLowerCase(),
  updatedOrder: `${repo.updatedAt}#${repo.id}`,
  createdOrder: `${repo.createdAt}#${repo.id}`,
  downloadsOrder: `${String(repo.downloads).padStart(15, '0')}#${repo.id}`,
  sizeOrder: `${String(repo.sizeBytes).padStart(16, '0')}#${repo.id}`,
})
