import { randomBytes } from 'node:crypto'
import type { OwnerRole } from '../auth/principal.ts'
import type { ApiKeyItem } from './api-keys.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** A user. The password is kept apart, in `passwords.ts`. */
export interface UserItem {
  id: string
  username: string
  /** Absent for the built-in admin. */
  email?: string | undefined
  role: 'admin' | 'member'
  createdAt: string
  /** The user who created the account, unless it was its own. */
  createdBy?: string | undefined
  /** ISO time from which all keys and sessions of the user are refused. */
  disabledAt?: string | undefined
  /** ISO time; sessions that began earlier are invalid. */
  sessionsValidAfter?: string | undefined
}

export interface Membership {
  /** The organisation in lower case, as in keys. */
  owner: string
  /** As its members write it. */
  name: string
  role: OwnerRole
}

/** A user with its organisations: everything that access decisions need. */
export interface Identity {
  user: UserItem
  memberships: Membership[]
}

export const newUserId = (): string => `user_${randomBytes(12).toString('hex')}`

/** The identity behind a token, in one consistent read; `undefined` for a missing or disabled user. */
export const findIdentity = async (table: Table, userId: string): Promise<Identity | undefined> =>
  unlessDisabled(await readIdentity(table, userId))

const unlessDisabled = (identity: Identity | undefined): Identity | undefined =>
  identity?.user.disabledAt === undefined ? identity : undefined

/** The same, disabled or not. */
export async function readIdentity(table: Table, userId: string): Promise<Identity | undefined> {
  return identityOf(await readBeside(table, userId, keys.membership(userId, '').sk))
}

export interface KeyWithIdentity {
  key: ApiKeyItem | undefined
  identity: Identity | undefined
  /** How many newer keys the query had to read past. */
  newerKeys: number
}

/** An API key and its identity in one consistent read, which starts at the key. */
export async function findKeyWithIdentity(
  table: Table,
  { userId, id }: { userId: string; id: string },
): Promise<KeyWithIdentity> {
  const { sk } = keys.userKey(userId, id)
  const items = await readBeside(table, userId, sk)
  const rest = items.filter((item) => !item.sk.startsWith(keys.userKey(userId, '').sk))
  const key = items.find((item) => item.sk === sk) as ApiKeyItem | undefined
  return { key, identity: unlessDisabled(identityOf(rest)), newerKeys: items.length - rest.length - 1 }
}

/** The items of a user's partition from a sort key on; the user itself is the last. */
const readBeside = (table: Table, userId: string, from: string): Promise<{ sk: string }[]> =>
  Array.fromAsync(
    table.queryAll<{ sk: string }>({
      expression: 'pk = :pk AND sk BETWEEN :from AND :user',
      values: { ':pk': keys.user(userId).pk, ':from': from, ':user': keys.user(userId).sk },
      consistent: true,
    }),
  )

function identityOf(items: readonly { sk: string }[]): Identity | undefined {
  const user = items.find(({ sk }) => sk === keys.user('').sk) as UserItem | undefined
  return user && { user, memberships: items.filter((item) => (item as unknown) !== user) as unknown as Membership[] }
}
