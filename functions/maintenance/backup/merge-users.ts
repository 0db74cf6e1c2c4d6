import { inParallel } from '../../../shared/in-parallel.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { storedOwner } from '../../../shared/table/owners.ts'
import { absent, type TransactAction } from '../../../shared/table/table.ts'
import type { UserItem } from '../../../shared/table/users.ts'
import type { Phase } from '../jobs/phase.ts'
import type { AnyItem } from '../read-pages.ts'
import { partByPart } from './restore-items.ts'

const concurrency = 16

/**
 * Adds missing users, each with its name. One whose name is taken stays out, because it would get access to that
 * namespace.
 */
export const addUsers: Phase = {
  name: 'users',
  run: (step) =>
    partByPart(step, async (items) => {
      await inParallel(items.filter(isUser), concurrency, async (user) => {
        if (await conditionHeld(() => step.parts.table.transact(creationOf(user)))) step.count('itemsRestored')
      })
    }),
}

/** Recreated by a dropped file, or restored without its members. */
const nobodys = {
  expression: 'admins = :none AND createdBy IN (:drop, :restore, :fsck)',
  values: { ':none': 0, ':drop': 'drop', ':restore': 'restore', ':fsck': 'fsck' },
}

export const isUser = (item: AnyItem): item is AnyItem & UserItem =>
  item.pk.startsWith('USER#') && item.sk === keys.user('').sk

function creationOf(user: AnyItem & Partial<UserItem>): TransactAction[] {
  const { id = '', username: name, createdAt = '', createdBy = id } = user
  const creation = { put: user, condition: absent }
  // An early version's admin has no name.
  if (name === undefined) return [creation]
  const isFree = {
    expression: `attribute_not_exists(pk) OR userId = :id OR (${nobodys.expression})`,
    values: { ':id': id, ...nobodys.values },
  }
  const personal = storedOwner({ name, kind: 'user', userId: id, createdAt, createdBy, admins: 0 })
  return [creation, { put: personal, condition: isFree }]
}

/** The user that an item depends on: its credentials, and its memberships. */
export function userIdOf({ pk, sk, userId }: AnyItem): string | undefined {
  const [kind, id] = pk.split('#')
  if (kind === 'KEY' || kind === 'EMAIL') return String(userId)
  if (kind === 'OWNER' && sk !== keys.owner('').sk) return String(userId)
  return kind === 'USER' || kind === 'USES' || kind === 'PASSWORD' ? id : undefined
}
