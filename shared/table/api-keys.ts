import type { Scope } from '../auth/principal.ts'
import { keys, lists } from './keys.ts'
import { absent, type Page, type Table } from './table.ts'

/** An API key as it is stored: by the hash of its secret. */
export interface ApiKeyItem {
  id: string
  sha256: string
  name: string
  userId: string
  role: 'admin' | 'member'
  scopes: Scope[]
  createdAt: string
  /** ISO time after which the key is refused. */
  validUntil?: string
  /** ISO time of its revocation; a revoked key stays listed. */
  revokedAt?: string
}

export const findApiKey = (table: Table, sha256: string): Promise<ApiKeyItem | undefined> =>
  table.get<ApiKeyItem>(keys.apiKey(sha256))

export async function createApiKey(table: Table, item: ApiKeyItem): Promise<void> {
  await table.put(
    { ...keys.apiKey(item.sha256), listPk: lists.keys(item.userId), listSk: `${item.createdAt}#${item.id}`, ...item },
    absent,
  )
}

export const listApiKeys = (
  table: Table,
  { userId, ...page }: { userId: string; limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<ApiKeyItem>> =>
  table.query<ApiKeyItem>({
    index: 'byList',
    expression: 'listPk = :list',
    values: { ':list': lists.keys(userId) },
    descending: true,
    ...page,
  })

/** A user's key by its public id. Users have few keys, so their list is read. */
export async function findApiKeyById(table: Table, { userId, id }: { userId: string; id: string }) {
  const all = table.queryAll<ApiKeyItem>({
    index: 'byList',
    expression: 'listPk = :list',
    values: { ':list': lists.keys(userId) },
  })
  for await (const item of all) if (item.id === id) return item
  return undefined
}

export async function revokeApiKey(table: Table, { sha256, now }: { sha256: string; now: Date }): Promise<void> {
  await table.update(keys.apiKey(sha256), {
    expression: 'SET revokedAt = if_not_exists(revokedAt, :now)',
    condition: 'attribute_exists(pk)',
    values: { ':now': now.toISOString() },
  })
}
