import type { Principal } from '../../shared/auth/principal.ts'
import { visibleAudiences } from '../../shared/auth/visible-repos.ts'
import type { RepoKind } from '../../shared/table/keys.ts'
import { readRepoList, repoOrders } from '../../shared/table/read-repo-list.ts'
import { fullName } from '../../shared/table/repo-item.ts'
import type { Facet, RepoEntry } from '../../shared/table/repo-lists.ts'
import type { Table } from '../../shared/table/table.ts'
import type { ListQuery } from './list-query.ts'

/** How many repos one request visits. A page may hold fewer matches, even none, and still have a successor. */
const readMax = 1000

/** The next visible matches, and where the following page starts. */
export async function readModelsPage({ table, principal, kind, query, after, limit }: PageInput) {
  const { owner, search, facets, order, descending } = query
  const [facet, ...others] = facets
  const lists = visibleAudiences(principal, owner).map((audience) => ({
    kind,
    status: 'active' as const,
    audience,
    facet,
  }))
  const matches = (entry: RepoEntry) =>
    (search === '' || fullName(entry).toLowerCase().includes(search)) && others.every((other) => has(entry, other))
  const isFiltered = search !== '' || others.length > 0
  const repos: RepoEntry[] = []
  let next = after
  for (let read = 0; read < readMax; ) {
    const page = await readRepoList(table, { lists, order, descending, after: next, limit: isFiltered ? 250 : limit })
    for (const entry of page.items) {
      if (repos.length >= limit) return { repos, next }
      if (matches(entry)) repos.push(entry)
      next = entry[repoOrders[order].attribute]
    }
    if (page.next === undefined) return { repos, next: undefined }
    if (repos.length >= limit) return { repos, next }
    read += page.items.length
  }
  return { repos, next }
}

interface PageInput {
  table: Table
  principal: Principal | undefined
  kind: RepoKind
  query: ListQuery
  after: string | undefined
  limit: number
}

function has(entry: RepoEntry, { name, value }: Facet): boolean {
  return name === 'tag' ? [...entry.tags, ...(entry.cardTags ?? [])].includes(value) : entry[name] === value
}
