import { randomBytes } from 'node:crypto'
import type { OwnerRole } from '../auth/principal.ts'
import type { ApiKeyItem } from './api-keys.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** A user. What only the user knows, its password, is not among it: `passwords.ts`. */
export interface UserItem {
  id: string
  username: string
  /** Absent for the admin that a server makes for itself. */
  email?: string | undefined
  role: 'admin' | 'member'
  createdAt: string
  /** The user who made the account, where it was not the user itself. */
  createdBy?: string | undefined
  /** ISO time from which every key and session of the user is refused. */
  disabledAt?: string | undefined
  /** ISO time: sessions that began before it are over. */
  sessionsValidAfter?: string | undefined
}

export interface Membership {
  /** The organisation, in lower case, as everything of it is found. */
  owner: string
  /** As it is written. */
  name: string
  role: OwnerRole
}

/** A user with the organisations it is in: all that a decision about it needs. */
export interface Identity {
  user: UserItem
  memberships: Membership[]
}

export const newUserId = (): string => `user_${randomBytes(12).toString('hex')}`

/** Whom a token speaks for, as of now: one consistent read. `undefined` where there is no such user, or it is disabled. */
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
  /** How many keys of the user were read in vain, being newer. */
  newerKeys: number
}

/** An API key and whom it speaks for, both as of now: the same one read, begun at the key instead of behind all keys. */
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

/** What lies beside a user from a place on, itself the last. */
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
