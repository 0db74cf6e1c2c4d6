import { conditionHeld } from './condition-held.ts'
import { keys } from './keys.ts'
import { memberDeletes } from './members.ts'
import type { MemberItem, OwnerItem } from './owners.ts'
import { ConditionFailed, type Table, type TransactAction } from './table.ts'
import type { Counted } from './usage.ts'

/**
 * Deletes an organisation that owns nothing: closes it to new content, then removes its members, and its name last.
 * Safe to repeat after an interruption. `false` where it still owns something.
 */
export async function deleteOrganisation(table: Table, { owner, now }: OwnerDeletion): Promise<boolean> {
  try {
    await table.transact([close(owner, now), nothingUsed(owner.name)])
  } catch (error) {
    if (error instanceof ConditionFailed && error.failed[1] === true) return false
    throw error
  }
  await takeApart(table, owner)
  return true
}

/** The same for an abandoned organisation, unless it was recreated or got an admin since it was seen. */
export async function deleteNobodys(table: Table, { owner, now }: OwnerDeletion): Promise<boolean> {
  const values = { ':none': 0, ':made': owner.createdAt }
  const seen = { condition: 'admins = :none AND createdAt = :made', values }
  if (!(await conditionHeld(() => table.transact([close(owner, now, seen), nothingUsed(owner.name)])))) return false
  await takeApart(table, owner)
  return true
}

interface OwnerDeletion {
  owner: OwnerItem
  now: Date
}

async function takeApart(table: Table, owner: OwnerItem): Promise<void> {
  const members = table.queryAll<MemberItem>({
    expression: 'pk = :pk AND begins_with(sk, :member)',
    values: { ':pk': keys.owner(owner.name).pk, ':member': keys.ownerMember(owner.name, '').sk },
    consistent: true,
  })
  const all = await Array.fromAsync(members)
  // Admins last, so that one can repeat an interrupted deletion.
  for (const member of all.toSorted((a, b) => rank(a) - rank(b))) await table.transact(memberDeletes(member))
  await table.delete(keys.owner(owner.name))
}

const rank = ({ role }: MemberItem): number => (role === 'admin' ? 1 : 0)

const there = { condition: 'attribute_exists(pk)', values: {} }

const close = ({ name }: OwnerItem, now: Date, { condition, values } = there): TransactAction => ({
  update: keys.owner(name),
  change: {
    expression: 'SET deletedAt = if_not_exists(deletedAt, :now)',
    condition: `${condition} AND kind = :kind`,
    values: { ...values, ':now': now.toISOString(), ':kind': 'organisation' },
  },
})

/** The next owner of the name would inherit its blobs, and could publish them without having sent them. */
const counted: Counted[] = ['repos', 'deployments', 'imports', 'storedBytes']

function nothingUsed(owner: string): TransactAction {
  const names = Object.fromEntries(counted.map((what, index) => [`#what${index}`, what]))
  const expression = Object.keys(names)
    .map((name) => `(attribute_not_exists(${name}) OR ${name} = :none)`)
    .join(' AND ')
  return { check: keys.usage(owner), condition: { expression, names, values: { ':none': 0 } } }
}
