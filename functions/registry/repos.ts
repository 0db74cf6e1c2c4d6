import { accessRepo } from '../../shared/auth/access-repo.ts'
import { principalOf, requireScope } from '../../shared/auth/middleware.ts'
import { routes } from '../../shared/contract/routes.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import { readRepoList } from '../../shared/table/read-repo-list.ts'
import { getRevision } from '../../shared/table/repos.ts'
import { getCard } from '../../shared/table/revision-card.ts'
import { asked } from './asked-repo.ts'
import { shownRefs, toRepo } from './repo-answer.ts'
import { listingName, repoListing } from './repo-listing.ts'
import type { RegistryApp, RepoParts } from './repo-parts.ts'

/** Listing and reading repos. */
export function addRepoRoutes(app: RegistryApp, { table }: RepoParts) {
  app.get('/api/v1/repos', requireScope('read'))

  app.openapi(routes.listRepos, async (context) => {
    const query = context.req.valid('query')
    const list = listingName(query)
    const listing = repoListing(query, principalOf(context))
    const after = decodePosition(query.cursor, list)
    const { items, next } = await readRepoList(table, { ...listing, after, limit: query.limit })
    const cursor = next === undefined ? undefined : encodePosition(next, list)
    return context.json({ items: items.map(toRepo), cursor }, 200)
  })

  app.openapi(routes.getRepo, async (context) => {
    const repo = await accessRepo(table, { ...asked(context), access: 'read' })
    const { id: repoId, revision } = repo
    const [refs, current, card] = await Promise.all([
      shownRefs(table, repoId),
      revision === undefined ? undefined : getRevision(table, repoId, revision),
      revision === undefined ? undefined : getCard(table, { repoId, revision }),
    ])
    return context.json({ ...toRepo(repo), refs, metadata: current?.metadata, card }, 200)
  })
}
