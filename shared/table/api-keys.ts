import { randomBytes } from 'node:crypto'
import type { Scope } from '../auth/principal.ts'
import { keys } from './keys.ts'
import { absent, ConditionFailed, type Page, type Table } from './table.ts'

/** An API key in the table: once by the hash of its secret, and once by its id, under its user. */
export interface ApiKeyItem {
  id: string
  sha256: string
  name: string
  userId: string
  scopes: Scope[]
  /** The only place where it may be used; `repo` is the name at the time of creation. */
  limit?: KeyLimit
  createdAt: string
  /** ISO time after which the key is refused. */
  validUntil?: string
  /** ISO time; a revoked key stays listed. */
  revokedAt?: string
}

export type KeyLimit = { owner: string } | { repoId: string; repo: string }

/** Begins with the time, so that a user's keys are sorted by creation. */
export const newKeyId = (now: Date): string =>
  `key_${now.getTime().toString(16).padStart(12, '0')}${randomBytes(10).toString('hex')}`

export const findApiKey = (table: Table, sha256: string): Promise<ApiKeyItem | undefined> =>
  table.get<ApiKeyItem>(keys.apiKey(sha256))

export const findApiKeyById = (table: Table, { userId, id }: { userId: string; id: string }) =>
  table.get<ApiKeyItem>(keys.userKey(userId, id))

export async function createApiKey(table: Table, item: ApiKeyItem): Promise<void> {
  await table.transact([
    { put: { ...keys.apiKey(item.sha256), ...item }, condition: absent },
    { put: { ...keys.userKey(item.userId, item.id), ...item }, condition: absent },
  ])
}

/** A user's keys, newest first. */
export const listApiKeys = (
  table: Table,
  { userId, ...page }: { userId: string; limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<ApiKeyItem>> =>
  table.query<ApiKeyItem>({
    expression: 'pk = :pk AND begins_with(sk, :key)',
    values: { ':pk': keys.userKey(userId, '').pk, ':key': keys.userKey(userId, '').sk },
    descending: true,
    consistent: true,
    ...page,
  })

/** Idempotent. */
export async function revokeApiKey(table: Table, { item, now }: { item: ApiKeyItem; now: Date }): Promise<void> {
  const change = {
    expression: 'SET revokedAt = :now',
    condition: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
    values: { ':now': now.toISOString() },
  }
  try {
    await table.transact([
      { update: keys.apiKey(item.sha256), change },
      { update: keys.userKey(item.userId, item.id), change },
    ])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
}
