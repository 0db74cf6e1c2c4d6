import type { OwnerRole } from '../auth/principal.ts'
import { keys } from './keys.ts'
import { claimOwner, type MemberItem, type OwnerItem } from './owners.ts'
import { absent, type Page, present, type Table, type TransactAction } from './table.ts'
import type { Membership } from './users.ts'

export const findMember = (table: Table, owner: string, userId: string) =>
  table.get<MemberItem>(keys.ownerMember(owner, userId))

export const listMembers = (
  table: Table,
  { owner, ...page }: { owner: string; limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<MemberItem>> =>
  table.query<MemberItem>({
    expression: 'pk = :pk AND begins_with(sk, :member)',
    values: { ':pk': keys.owner(owner).pk, ':member': keys.ownerMember(owner, '').sk },
    consistent: true,
    ...page,
  })

/** A user's organisations, by name. */
export const listMemberships = (
  table: Table,
  { userId, ...page }: { userId: string; limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<Membership>> =>
  table.query<Membership>({
    expression: 'pk = :pk AND begins_with(sk, :member)',
    values: { ':pk': keys.user(userId).pk, ':member': keys.membership(userId, '').sk },
    consistent: true,
    ...page,
  })

/** Creates an organisation with its first admin. @throws ConditionFailed where the name is taken */
export async function createOrganisation(table: Table, { owner, first }: NewOrganisation): Promise<void> {
  await table.transact([
    claimOwner({ ...owner, admins: 1 }),
    { check: keys.user(first.userId), condition: present },
    ...memberPuts({ owner, member: first, condition: absent }),
  ])
}

interface NewOrganisation {
  owner: OwnerItem
  first: MemberItem
}

/**
 * Sets a member's role, in the items of both the organisation and the user, and the count of admins. `before` is the
 * current membership. @throws ConditionFailed where it changed meanwhile, or no admin would be left
 */
export async function putMember(table: Table, { owner, member, before }: PutMember): Promise<void> {
  const unchanged = before && roleStill(before.role)
  const by = adminsOf(member.role) - adminsOf(before?.role)
  await table.transact([countAdmins(owner, by), ...memberPuts({ owner, member, condition: unchanged ?? absent })])
}

interface PutMember {
  owner: OwnerItem
  member: MemberItem
  before?: MemberItem | undefined
}

/** @throws ConditionFailed as in `putMember` */
export async function removeMember(
  table: Table,
  { owner, member }: { owner: OwnerItem; member: MemberItem },
): Promise<void> {
  await table.transact([countAdmins(owner, -adminsOf(member.role)), ...memberDeletes(member, roleStill(member.role))])
}

const adminsOf = (role: OwnerRole | undefined): number => (role === 'admin' ? 1 : 0)

const standing = 'attribute_exists(pk) AND attribute_not_exists(deletedAt) AND kind = :kind'

function countAdmins({ name }: OwnerItem, by: number): TransactAction {
  const values = { ':kind': 'organisation' }
  if (by === 0) return { check: keys.owner(name), condition: { expression: standing, values } }
  const condition = by < 0 ? `${standing} AND admins > :one` : standing
  return {
    update: keys.owner(name),
    change: { expression: 'ADD admins :by', condition, values: { ...values, ':by': by, ...(by < 0 && { ':one': 1 }) } },
  }
}

const roleStill = (role: OwnerRole) => ({
  expression: '#role = :before',
  names: { '#role': 'role' },
  values: { ':before': role },
})

function memberPuts({ owner, member, condition }: { owner: OwnerItem; member: MemberItem; condition: typeof absent }) {
  const { userId, role } = member
  const membership: Membership = { owner: owner.name.toLowerCase(), name: owner.name, role }
  return [
    { put: { ...keys.ownerMember(owner.name, userId), ...member }, condition },
    { put: { ...keys.membership(userId, owner.name), ...membership }, condition },
  ]
}

/** Deletes both sides of a membership. */
export const memberDeletes = (
  { owner, userId }: MemberItem,
  condition?: ReturnType<typeof roleStill>,
): TransactAction[] =>
  [keys.ownerMember(owner, userId), keys.membership(userId, owner)].map((key) => ({
    delete: key,
    ...(condition && { condition }),
  }))
