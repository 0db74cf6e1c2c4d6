import { randomBytes } from 'node:crypto'
import type { OwnerRole } from '../auth/principal.ts'
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
export async function findIdentity(table: Table, userId: string): Promise<Identity | undefined> {
  const identity = await readIdentity(table, userId)
  return identity?.user.disabledAt === undefined ? identity : undefined
}

/** The same, disabled or not. */
export async function readIdentity(table: Table, userId: string): Promise<Identity | undefined> {
  const items = await Array.fromAsync(
    table.queryAll<(Membership & { sk: string }) | (UserItem & { sk: string })>({
      expression: 'pk = :pk AND sk BETWEEN :memberships AND :user',
      values: {
        ':pk': keys.user(userId).pk,
        ':memberships': keys.membership(userId, '').sk,
        ':user': keys.user(userId).sk,
      },
      consistent: true,
    }),
  )
  const user = items.find((item): item is UserItem & { sk: string } => item.sk === keys.user(userId).sk)
  return user && { user, memberships: items.filter((item) => item !== user) as Membership[] }
}
