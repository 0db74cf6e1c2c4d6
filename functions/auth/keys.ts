import type { z } from 'zod'
import { principalOf, requireScope } from '../../shared/auth/middleware.ts'
import { requireAccount } from '../../shared/auth/platform-admin.ts'
import { hasScope, type Principal } from '../../shared/auth/principal.ts'
import { createToken, hashToken } from '../../shared/auth/token.ts'
import type { apiKey } from '../../shared/contract/key.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import {
  type ApiKeyItem,
  createApiKey,
  findApiKeyById,
  listApiKeys,
  newKeyId,
  revokeApiKey,
} from '../../shared/table/api-keys.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { keyUsesBetween } from '../../shared/table/key-uses.ts'
import { keys } from '../../shared/table/keys.ts'
import type { Table } from '../../shared/table/table.ts'
import { actingUser } from './acting-user.ts'
import { limitText, readLimit } from './key-limit.ts'
import type { AuthApp, AuthParts } from './parts.ts'

export function addKeyRoutes(app: AuthApp, parts: AuthParts) {
  const { table, now } = parts
  app.use('/api/v1/keys/*', requireScope('admin'))

  app.openapi(routes.createKey, async (context) => {
    const { name, scopes, limit: limitGiven, expiresInDays } = context.req.valid('json')
    const principal = await actingUser(parts, principalOf(context))
    const beyond = scopes.find((scope) => !hasScope(principal, scope))
    if (beyond !== undefined) throw errors.missingScope(beyond, principal.scopes)
    const limit = await readLimit(table, { text: limitGiven, principal })
    const token = createToken()
    const at = now()
    const validUntil = endOf(await makerEnd(table, principal), expiresInDays, at)
    const item: ApiKeyItem = {
      id: newKeyId(at),
      sha256: hashToken(token),
      name,
      userId: principal.userId,
      scopes,
      createdAt: at.toISOString(),
      ...(limit && { limit }),
      ...(validUntil && { validUntil }),
    }
    await createApiKey(table, item)
    return context.json({ ...toKey(item), token }, 201)
  })

  app.openapi(routes.listKeys, async (context) => {
    const principal = principalOf(context)
    requireAccount(principal)
    const { limit, cursor } = context.req.valid('query')
    const { userId } = principal
    const startKey = decodeCursor(cursor, { pk: keys.userKey(userId, '').pk })
    const page = await listApiKeys(table, { userId, limit, startKey })
    const newest = page.items[0]?.id ?? ''
    const oldest = page.items.at(-1)?.id ?? ''
    const uses = newest === '' ? undefined : await keyUsesBetween(table, { userId, first: oldest, last: newest })
    const items = page.items.map((item) => toKey(item, uses?.get(item.id)))
    return context.json({ items, cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.revokeKey, async (context) => {
    const principal = principalOf(context)
    requireAccount(principal)
    const { id } = context.req.valid('param')
    const item = await findApiKeyById(table, { userId: principal.userId, id })
    if (item === undefined) throw errors.keyNotFound(id)
    // Prevents a key from revoking itself, which could lock everyone out.
    if (item.id === principal.keyId) throw errors.ownKey(id)
    await revokeApiKey(table, { item, now: now() })
    return context.body(null, 204)
  })
}

/** When the key that creates another expires; keys created in a session outlive it. */
async function makerEnd(table: Table, { userId, keyId }: Principal): Promise<string | undefined> {
  if (!keyId.startsWith('key_')) return undefined
  return (await findApiKeyById(table, { userId, id: keyId }))?.validUntil
}

/** @throws AppError `key_outlives_maker` */
function endOf(maker: string | undefined, expiresInDays: number | undefined, at: Date): string | undefined {
  if (expiresInDays === undefined) return maker
  const wanted = new Date(at.getTime() + expiresInDays * 86_400_000).toISOString()
  if (maker !== undefined && wanted > maker) throw errors.keyOutlivesMaker(maker)
  return wanted
}

function toKey(item: ApiKeyItem, lastUsedAt?: string): z.infer<typeof apiKey> {
  const { id, name, scopes, limit, createdAt, validUntil, revokedAt } = item
  return {
    id,
    name,
    scopes,
    createdAt,
    ...(limit && { limit: limitText(limit) }),
    ...(lastUsedAt && { lastUsedAt }),
    ...(validUntil && { validUntil }),
    ...(revokedAt && { revokedAt }),
  }
}
