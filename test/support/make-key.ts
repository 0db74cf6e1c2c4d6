import { randomBytes } from 'node:crypto'
import type { Scope } from '../../shared/auth/principal.ts'
import { createToken, hashToken } from '../../shared/auth/token.ts'
import { createApiKey, type KeyLimit, newKeyId } from '../../shared/table/api-keys.ts'
import { keys } from '../../shared/table/keys.ts'
import type { Table } from '../../shared/table/table.ts'
import { userCreation } from '../../shared/table/user-creation.ts'
import { newUserId, type UserItem } from '../../shared/table/users.ts'

/** A user without a password, with its namespace. */
export async function makeUser(table: Table, { username, role = 'member' }: MakeUser = {}): Promise<UserItem> {
  const id = newUserId()
  const name = username ?? `user-${randomBytes(6).toString('hex')}`
  const user: UserItem = { id, username: name, role, createdAt: new Date().toISOString() }
  await table.transact(userCreation({ user, isFirst: false }))
  return user
}

interface MakeUser {
  username?: string
  role?: UserItem['role']
}

/** A key of a user, by default of a new one. */
export async function makeKey(
  table: Table,
  { user, scopes = ['admin'], limit, validUntil }: MakeKey = {},
): Promise<string> {
  const { id: userId } = user ?? (await makeUser(table))
  const token = createToken()
  const now = new Date()
  await createApiKey(table, {
    id: newKeyId(now),
    sha256: hashToken(token),
    name: 'test',
    userId,
    scopes,
    createdAt: now.toISOString(),
    ...(limit && { limit }),
    ...(validUntil && { validUntil }),
  })
  return token
}

interface MakeKey {
  user?: UserItem
  scopes?: Scope[]
  limit?: KeyLimit
  validUntil?: string
}

/** Puts a user into an organisation, only on the user's side, which is what a verifier reads. */
export const putMembership = (
  table: Table,
  { user, owner, role }: { user: UserItem; owner: string; role: 'read' | 'write' | 'admin' },
): Promise<void> => table.put({ ...keys.membership(user.id, owner), owner: owner.toLowerCase(), name: owner, role })
