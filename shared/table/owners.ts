import type { OwnerRole } from '../auth/principal.ts'
import { keys, lists } from './keys.ts'
import { absent, ConditionFailed, type Table, type TransactAction } from './table.ts'

/** A namespace of a user or an organisation, which share one set of names. */
export interface OwnerItem {
  name: string
  kind: 'user' | 'organisation'
  /** The user it belongs to, if any. */
  userId?: string | undefined
  createdAt: string
  createdBy: string
  /** The number of admins among an organisation's members. */
  admins: number
  /** The upstream Hub, where only the mirror created it. */
  mirror?: string | undefined
  /** ISO time at which the organisation's deletion began. */
  deletedAt?: string | undefined
}

/** A member, under the organisation; a copy under the user is there for token verification. */
export interface MemberItem {
  owner: string
  userId: string
  username: string
  role: OwnerRole
  addedAt: string
}

export const findOwner = (table: Table, name: string) => table.get<OwnerItem>(keys.owner(name))

/** Whether it was restored without its members and has had no admin since. */
export const isWithoutPeople = ({ admins, createdBy }: OwnerItem): boolean =>
  admins === 0 && ['restore', 'fsck'].includes(createdBy)

/** With the keys that list it for platform admins. */
export const storedOwner = (owner: OwnerItem) => ({
  ...keys.owner(owner.name),
  ...owner,
  listPk: lists.owners,
  listSk: owner.name.toLowerCase(),
})

/** The write that claims a name, in any case. */
export const claimOwner = (owner: OwnerItem): TransactAction => ({
  put: storedOwner(owner),
  condition: absent,
})

/** For transactions that need the owner to exist and not be in deletion. */
export const ownerStands = (name: string): TransactAction => ({
  check: keys.owner(name),
  condition: { expression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)' },
})

/** The namespace of a name, created as an organisation without members where it is free. */
export async function ensureOrganisation(
  table: Table,
  { name, createdBy, now }: { name: string; createdBy: string; now: Date },
): Promise<OwnerItem> {
  const existing = await findOwner(table, name)
  if (existing !== undefined) return existing
  const owner: OwnerItem = { name, kind: 'organisation', createdAt: now.toISOString(), createdBy, admins: 0 }
  return putIfAbsent(table, owner)
}

/** The personal namespace of the installation's own admin, who never registered. */
export async function ensurePersonal(
  table: Table,
  { name, userId, now }: { name: string; userId: string; now: Date },
): Promise<OwnerItem> {
  const existing = await findOwner(table, name)
  if (existing !== undefined) return existing
  return putIfAbsent(table, { name, kind: 'user', userId, createdAt: now.toISOString(), createdBy: userId, admins: 0 })
}

/** Returns the existing item where somebody else was first. */
async function putIfAbsent(table: Table, owner: OwnerItem): Promise<OwnerItem> {
  try {
    await table.put(storedOwner(owner), absent)
    return owner
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    return (await findOwner(table, owner.name)) ?? owner
  }
}
