import { inParallel } from '../../../shared/in-parallel.ts'
import { asSeen } from '../../../shared/table/as-seen.ts'
import { keys } from '../../../shared/table/keys.ts'
import { storedOwner } from '../../../shared/table/owners.ts'
import { absent, type TransactAction } from '../../../shared/table/table.ts'
import type { UserItem } from '../../../shared/table/users.ts'
import type { Phase } from '../jobs/phase.ts'
import type { AnyItem } from '../read-pages.ts'
import { partByPart } from './restore-items.ts'

const atOnce = 16

/** Adds the users that are not there, each with its name: whoever has the name of another comes into what is that one's. */
export const addUsers: Phase = {
  name: 'users',
  run: (step) =>
    partByPart(step, async (items) => {
      await inParallel(items.filter(isUser), atOnce, async (user) => {
        if (await asSeen(() => step.parts.table.transact(creationOf(user)))) step.count('itemsRestored')
      })
    }),
}

/** Made anew by a file that was dropped, or by what was brought back without its people. */
const nobodys = {
  expression: 'admins = :none AND createdBy IN (:drop, :restore, :fsck)',
  values: { ':none': 0, ':drop': 'drop', ':restore': 'restore', ':fsck': 'fsck' },
}

export const isUser = (item: AnyItem): item is AnyItem & UserItem =>
  item.pk.startsWith('USER#') && item.sk === keys.user('').sk

function creationOf(user: AnyItem & Partial<UserItem>): TransactAction[] {
  const { id = '', username: name, createdAt = '', createdBy = id } = user
  const creation = { put: user, condition: absent }
  // An admin of an early version had no name.
  if (name === undefined) return [creation]
  const isFree = {
    expression: `attribute_not_exists(pk) OR userId = :id OR (${nobodys.expression})`,
    values: { ':id': id, ...nobodys.values },
  }
  const personal = storedOwner({ name, kind: 'user', userId: id, createdAt, createdBy, admins: 0 })
  return [creation, { put: personal, condition: isFree }]
}

/** Whose an item is that is nothing without its user: what the user comes in with, and where it is a member. */
export function userIdOf({ pk, sk, userId }: AnyItem): string | undefined {
  const [kind, id] = pk.split('#')
  if (kind === 'KEY' || kind === 'EMAIL') return String(userId)
  if (kind === 'OWNER' && sk !== keys.owner('').sk) return String(userId)
  return kind === 'USER' || kind === 'USES' || kind === 'PASSWORD' ? id : undefined
}
