import { createHash } from 'node:crypto'
import { mayAccess, requireAccess } from '../../shared/auth/authorize.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { visibleAudiences } from '../../shared/auth/visible-repos.ts'
import type { ListReposQuery } from '../../shared/contract/list-repos.ts'
import { errors } from '../../shared/errors.ts'
import type { ReadRepoList, RepoOrderName } from '../../shared/table/read-repo-list.ts'
import { type Audience, type Facet, facetNames } from '../../shared/table/repo-lists.ts'

type RepoListing = Pick<ReadRepoList, 'lists' | 'order' | 'descending' | 'prefix'>

/**
 * Chooses the lists that answer a query exactly in bounded reads. Any other combination of filters is refused with the
 * possible ones. @throws AppError `invalid_request`, `forbidden`
 */
export function repoListing(query: ListReposQuery, principal: Principal): RepoListing {
  const { kind, status, owner, sort, direction } = query
  const facet = facetOf(query)
  const prefix = query.prefix?.toLowerCase()
  if (prefix !== undefined && sort !== 'name')
    throw errors.invalidRequest(`"prefix" works with sort=name only: leave out "prefix", or "sort=${sort}".`, 'prefix')
  const audiences = status === 'active' ? visibleAudiences(principal, owner) : restorableAudiences(principal, owner)
  return {
    lists: audiences.map((audience) => ({ kind, status, audience, facet })),
    order: orderOf(sort, prefix),
    descending: (direction ?? (sort === 'name' ? 'asc' : 'desc')) === 'desc',
    prefix,
  }
}

function facetOf(query: ListReposQuery): Facet | undefined {
  const facets = facetNames.flatMap((name) => {
    const value = query[name]
    return value === undefined ? [] : [{ name, value }]
  })
  const [first, second] = facets
  if (second !== undefined)
    throw errors.invalidRequest(
      `Repos can be filtered by one of ${facetNames.join(', ')} at a time, not by "${first?.name}" and "${second.name}". Each can be combined with owner, and with any sort.`,
      second.name,
    )
  if (first !== undefined && query.status === 'deleted')
    throw errors.invalidRequest(
      `Deleted repos cannot be filtered by "${first.name}". status=deleted can be combined with owner, prefix and any sort.`,
      first.name,
    )
  return first
}

/** A prefix without "/" matches the name alone, which has an order of its own. */
function orderOf(sort: ListReposQuery['sort'], prefix: string | undefined): RepoOrderName {
  return sort === 'name' && prefix !== undefined && !prefix.includes('/') ? 'shortName' : sort
}

/** The owners whose deleted repos the caller may restore, as an admin. */
function restorableAudiences(principal: Principal, owner: string | undefined): Audience[] {
  const hidden = (name: string) => () => errors.ownerNotFound(name)
  if (owner !== undefined) {
    requireAccess({ principal, access: 'admin', resource: { owner }, hidden: hidden(owner) })
    return [{ owner }]
  }
  if (principal.role === 'admin' && principal.limit === undefined) return ['all']
  const { username, owners, limit } = principal
  const namespaces = new Set([username.toLowerCase(), ...Object.keys(owners)])
  if (limit !== undefined && 'owner' in limit) namespaces.add(limit.owner.toLowerCase())
  return [...namespaces]
    .filter((name) => mayAccess(principal, 'admin', { owner: name }))
    .map((name) => ({ owner: name }))
}

/** Identifies a list by its filters, so that a cursor of another one is refused. */
export function listingName({ limit: _, cursor: __, ...query }: ListReposQuery): string {
  const asked = JSON.stringify(Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return `repos ${createHash('sha256').update(asked).digest('base64url').slice(0, 16)}`
}
