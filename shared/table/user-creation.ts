import { keys, lists } from './keys.ts'
import { type OwnerItem, storedOwner } from './owners.ts'
import { absent, type Condition, ConditionFailed, type Table, type TransactAction } from './table.ts'
import type { UserItem } from './users.ts'

/** A user's item as it is stored: listed by name, for the admins. */
const storedUser = (user: UserItem) => ({
  ...keys.user(user.id),
  ...user,
  listPk: lists.users,
  listSk: user.username.toLowerCase(),
})

/**
 * The writes that make a user, in one transaction: itself, its namespace and its e-mail address, each taken by
 * whoever comes first. Namespace and user come first, in this order, so that a failed condition tells which it was.
 */
export function userCreation({ user, passwordHash, isFirst, isByAdmin }: UserCreation): TransactAction[] {
  const { id, username, email, createdAt } = user
  const createdBy = user.createdBy ?? id
  const personal: OwnerItem = { name: username, kind: 'user', userId: id, createdAt, createdBy, admins: 0 }
  return [
    {
      put: storedOwner(personal),
      // The admin of a deployment's key may have had its namespace before it was a user.
      condition: (isByAdmin ?? user.createdBy !== undefined) ? isFreeForAdmins(id) : isFree(id),
    },
    // An admin of a version before this one had no name.
    { put: storedUser(user), condition: { expression: 'attribute_not_exists(username)' } },
    ...(email === undefined ? [] : [{ put: { ...keys.email(email), userId: id }, condition: absent }]),
    ...(passwordHash === undefined
      ? []
      : [{ put: { ...keys.password(id), hash: passwordHash, changedAt: createdAt }, condition: absent }]),
    ...(isFirst ? [{ put: { ...keys.firstUser, userId: id, createdAt }, condition: absent }] : []),
  ]
}

const isFree = (id: string): Condition => ({
  expression: 'attribute_not_exists(pk) OR userId = :id',
  values: { ':id': id },
})

/** Whom an admin makes gets back what was brought back without its people, as only an admin can tell. */
function isFreeForAdmins(id: string): Condition {
  const { expression, values } = isFree(id)
  return {
    expression: `${expression} OR (admins = :none AND createdBy IN (:restore, :fsck))`,
    values: { ...values, ':none': 0, ':restore': 'restore', ':fsck': 'fsck' },
  }
}

interface UserCreation {
  user: UserItem
  passwordHash?: string | undefined
  /** Whether the account is the first one, which only one can be. */
  isFirst: boolean
  /** @default whether it says who made it */
  isByAdmin?: boolean
}

/**
 * The admin that a server makes for itself, with the namespace and the claims that every user has. It has no password:
 * its keys are its only way in. Doing it again changes nothing.
 */
export async function ensureAdminUser({ table, now }: { table: Table; now: Date }): Promise<void> {
  const user: UserItem = { id: 'admin', username: 'admin', role: 'admin', createdAt: now.toISOString() }
  if ((await table.get<UserItem>(keys.user(user.id)))?.username !== undefined) return
  for (const isFirst of [true, false])
    try {
      return await table.transact(userCreation({ user, isFirst, isByAdmin: true }))
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      // Made by another process meanwhile, or not the first user, which it need not be.
      if (error.failed[1] === true) return
    }
  throw new Error('The name "admin" is taken by somebody else. Ask the one who has it to be made an admin.')
}
