import type { Context } from 'hono'
import { accessOwner } from '../../../shared/auth/access-owner.ts'
import { requireAccess } from '../../../shared/auth/authorize.ts'
import { principalOf } from '../../../shared/auth/middleware.ts'
import { errors } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { decodePosition, encodePosition } from '../../../shared/table/cursor.ts'
import { readOwnerUse } from '../../../shared/table/quotas.ts'
import { readRepoList } from '../../../shared/table/read-repo-list.ts'
import { fullName } from '../../../shared/table/repo-item.ts'
import { nextLink } from '../link-header.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { repoKinds } from '../repo-kinds.ts'
import { namespaceName } from './namespace-json.ts'

const pageSize = 500

/** `hf repos ls`: every repo of a namespace with its size, for members; the last changed first. */
export function addStoredReposRoutes(app: HubApp, { table, publicUrl }: HubParts) {
  app.get('/api/settings/repositories', (context) => {
    const principal = principalOf(context)
    const { username: owner } = principal
    requireAccess({ principal, access: 'read', resource: { owner }, hidden: () => errors.ownerNotFound(owner) })
    return answer(context, owner)
  })

  app.get('/api/organizations/:name/settings/repositories', async (context) => {
    const asked = { principal: principalOf(context), name: namespaceName(context), access: 'read' as const }
    return answer(context, (await accessOwner(table, asked)).name)
  })

  async function answer(context: Context<HttpEnvironment>, owner: string) {
    const position = `repositories ${owner.toLowerCase()}`
    const after = decodePosition(context.req.query('cursor'), position)
    const lists = repoKinds.map(({ kind }) => ({ kind, status: 'active' as const, audience: { owner } }))
    const [{ items, next }, { use }] = await Promise.all([
      readRepoList(table, { lists, order: 'updated', descending: true, after, limit: pageSize }),
      readOwnerUse(table, owner, { consistent: false }),
    ])
    if (next !== undefined) {
      const changes = { cursor: encodePosition(next, position) }
      context.header('link', nextLink({ url: context.req.url, publicUrl, changes }))
    }
    const share = (bytes: number) => Math.min((100 * bytes) / Math.max(use.storedBytes, 1), 100)
    return context.json(
      items.map(({ kind, updatedAt, visibility, sizeBytes, ...repo }) => ({
        id: fullName(repo),
        type: kind,
        updatedAt,
        visibility,
        storage: sizeBytes,
        storagePercent: share(sizeBytes),
      })),
    )
  }
}
