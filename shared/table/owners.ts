import type { OwnerRole } from '../auth/principal.ts'
import { keys, lists } from './keys.ts'
import { absent, ConditionFailed, type Table, type TransactAction } from './table.ts'

/** A namespace: of one user, or of an organisation. Both are of one kind of name, so that neither can take the other's. */
export interface OwnerItem {
  name: string
  kind: 'user' | 'organisation'
  /** Whose namespace it is, where it is a user's. */
  userId?: string | undefined
  createdAt: string
  createdBy: string
  /** How many members of an organisation are its admins. */
  admins: number
  /** The Hub whose namespace it mirrors, where no one here has made it. */
  mirror?: string | undefined
  /** ISO time from which an organisation is being taken apart. */
  deletedAt?: string | undefined
}

/** A user in an organisation, beside the organisation; the same is kept beside the user for who verifies its tokens. */
export interface MemberItem {
  owner: string
  userId: string
  username: string
  role: OwnerRole
  addedAt: string
}

export const findOwner = (table: Table, name: string) => table.get<OwnerItem>(keys.owner(name))

/** Whether it was brought back without its people, and has had no admin since. */
export const isWithoutPeople = ({ admins, createdBy }: OwnerItem): boolean =>
  admins === 0 && ['restore', 'fsck'].includes(createdBy)

/** A namespace's item as it is stored: listed by name, for the admins of the platform. */
export const storedOwner = (owner: OwnerItem) => ({
  ...keys.owner(owner.name),
  ...owner,
  listPk: lists.owners,
  listSk: owner.name.toLowerCase(),
})

/** The write that takes a name, whichever way its letters are cased. */
export const claimOwner = (owner: OwnerItem): TransactAction => ({
  put: storedOwner(owner),
  condition: absent,
})

/** For a transaction that needs an owner to be there, and not about to go. */
export const ownerStands = (name: string): TransactAction => ({
  check: keys.owner(name),
  condition: { expression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)' },
})

/** The namespace of a name, made an organisation's without members where nobody has it yet. */
export async function ensureOrganisation(
  table: Table,
  { name, createdBy, now }: { name: string; createdBy: string; now: Date },
): Promise<OwnerItem> {
  const existing = await findOwner(table, name)
  if (existing !== undefined) return existing
  const owner: OwnerItem = { name, kind: 'organisation', createdAt: now.toISOString(), createdBy, admins: 0 }
  return putIfAbsent(table, owner)
}

/** A user's own namespace, for the admin of a deployment's key, who was never registered. */
export async function ensurePersonal(
  table: Table,
  { name, userId, now }: { name: string; userId: string; now: Date },
): Promise<OwnerItem> {
  const existing = await findOwner(table, name)
  if (existing !== undefined) return existing
  return putIfAbsent(table, { name, kind: 'user', userId, createdAt: now.toISOString(), createdBy: userId, admins: 0 })
}

/** Whoever comes second gets what the first one made. */
async function putIfAbsent(table: Table, owner: OwnerItem): Promise<OwnerItem> {
  try {
    await table.put(storedOwner(owner), absent)
    return owner
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    return (await findOwner(table, owner.name)) ?? owner
  }
}
