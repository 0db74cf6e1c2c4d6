import type { z } from 'zod'
import { principalOf, requireScope } from '../../shared/auth/middleware.ts'
import { hasScope } from '../../shared/auth/principal.ts'
import { createToken, hashToken } from '../../shared/auth/token.ts'
import type { apiKey } from '../../shared/contract/key.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { createPlatformApp, type PlatformAppOptions } from '../../shared/http/platform-app.ts'
import {
  type ApiKeyItem,
  createApiKey,
  findApiKeyById,
  listApiKeys,
  newKeyId,
  revokeApiKey,
} from '../../shared/table/api-keys.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { keys } from '../../shared/table/keys.ts'
import type { Table } from '../../shared/table/table.ts'

export interface AuthOptions extends PlatformAppOptions {
  table: Table
  now?: () => Date
}

/** Who one is, and the API keys one has. Users, passwords and roles come with the registry's next step. */
export function createAuthApp({ table, now = () => new Date(), ...platform }: AuthOptions) {
  const app = createPlatformApp(platform)
  app.use('/api/v1/keys/*', requireScope('admin'))

  app.openapi(routes.getMe, (context) => {
    const { userId, role, keyId, scopes } = principalOf(context)
    return context.json({ userId, role, keyId, scopes: [...scopes] }, 200)
  })

  app.openapi(routes.createKey, async (context) => {
    const { name, scopes, expiresInDays } = context.req.valid('json')
    const principal = principalOf(context)
    const beyond = scopes.find((scope) => !hasScope(principal, scope))
    if (beyond !== undefined) throw errors.missingScope(beyond)
    const token = createToken()
    const at = now()
    const item: ApiKeyItem = {
      id: newKeyId(at),
      sha256: hashToken(token),
      name,
      userId: principal.userId,
      scopes,
      createdAt: at.toISOString(),
      ...(expiresInDays !== undefined && {
        validUntil: new Date(at.getTime() + expiresInDays * 86_400_000).toISOString(),
      }),
    }
    await createApiKey(table, item)
    return context.json({ ...toKey(item), token }, 201)
  })

  app.openapi(routes.listKeys, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const { userId } = principalOf(context)
    const page = await listApiKeys(table, {
      userId,
      limit,
      startKey: decodeCursor(cursor, { pk: keys.userKey(userId, '').pk }),
    })
    return context.json({ items: page.items.map(toKey), cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.revokeKey, async (context) => {
    const { id } = context.req.valid('param')
    const item = await findApiKeyById(table, { userId: principalOf(context).userId, id })
    if (item === undefined) throw errors.keyNotFound(id)
    // The last key that could make others must not lock everyone out by its own hand.
    if (item.id === principalOf(context).keyId) throw errors.ownKey(id)
    await revokeApiKey(table, { item, now: now() })
    return context.body(null, 204)
  })

  return app
}

function toKey({ id, name, scopes, createdAt, validUntil, revokedAt }: ApiKeyItem): z.infer<typeof apiKey> {
  return { id, name, scopes, createdAt, ...(validUntil && { validUntil }), ...(revokedAt && { revokedAt }) }
}
