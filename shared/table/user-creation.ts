import { keys, lists } from './keys.ts'
import { type OwnerItem, storedOwner } from './owners.ts'
import { absent, type Condition, ConditionFailed, type Table, type TransactAction } from './table.ts'
import type { UserItem } from './users.ts'

/** With the keys that list it for platform admins. */
const storedUser = (user: UserItem) => ({
  ...keys.user(user.id),
  ...user,
  listPk: lists.users,
  listSk: user.username.toLowerCase(),
})

/**
 * The writes that create a user in one transaction: the namespace, the user and the e-mail address, each claimed by
 * whoever is first. Namespace and user are the first two, so that a failed condition can be told apart.
 */
export function userCreation({ user, passwordHash, isFirst, isByAdmin }: UserCreation): TransactAction[] {
  const { id, username, email, createdAt } = user
  const createdBy = user.createdBy ?? id
  const personal: OwnerItem = { name: username, kind: 'user', userId: id, createdAt, createdBy, admins: 0 }
  return [
    {
      put: storedOwner(personal),
      // The installation's own admin may have had a namespace before becoming a user.
      condition: (isByAdmin ?? user.createdBy !== undefined) ? isFreeForAdmins(id) : isFree(id),
    },
    // An older version's admin has no username.
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

/** A user that an admin creates takes over a namespace restored without its members, since an admin can judge that. */
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
  /** Whether it must be the very first account. */
  isFirst: boolean
  /** @default whether `createdBy` is set */
  isByAdmin?: boolean
}

/** The built-in admin, with the namespace and claims of every user. It has no password, only keys. Idempotent. */
export async function ensureAdminUser({ table, now }: { table: Table; now: Date }): Promise<void> {
  const user: UserItem = { id: 'admin', username: 'admin', role: 'admin', createdAt: now.toISOString() }
  if ((await table.get<UserItem>(keys.user(user.id)))?.username !== undefined) return
  for (const isFirst of [true, false])
    try {
      return await table.transact(userCreation({ user, isFirst, isByAdmin: true }))
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      // Another process created it meanwhile, or it is not the first user, which it need not be.
      if (error.failed[1] === true) return
    }
  throw new Error('The name "admin" is taken by somebody else. Ask that user to make you an admin.')
}
