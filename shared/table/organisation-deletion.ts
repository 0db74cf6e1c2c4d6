import { keys } from './keys.ts'
import { memberDeletes } from './members.ts'
import type { MemberItem, OwnerItem } from './owners.ts'
import { ConditionFailed, type Table, type TransactAction } from './table.ts'
import type { Counted } from './usage.ts'

/**
 * Takes an organisation apart: closed first, where it has nothing and gets nothing any more, then its members, and its
 * name last. Broken off, it goes on where it stood when it is asked for again. `false` where it still has something.
 */
export async function deleteOrganisation(
  table: Table,
  { owner, now }: { owner: OwnerItem; now: Date },
): Promise<boolean> {
  try {
    await table.transact([close(owner, now), nothingUsed(owner.name)])
  } catch (error) {
    if (error instanceof ConditionFailed && error.failed[1] === true) return false
    throw error
  }
  const members = table.queryAll<MemberItem>({
    expression: 'pk = :pk AND begins_with(sk, :member)',
    values: { ':pk': keys.owner(owner.name).pk, ':member': keys.ownerMember(owner.name, '').sk },
    consistent: true,
  })
  const all = await Array.fromAsync(members)
  // Admins last: as long as one is left, it can be gone on with.
  for (const member of all.toSorted((a, b) => rank(a) - rank(b))) await table.transact(memberDeletes(member))
  await table.delete(keys.owner(owner.name))
  return true
}

const rank = ({ role }: MemberItem): number => (role === 'admin' ? 1 : 0)

const close = ({ name }: OwnerItem, now: Date): TransactAction => ({
  update: keys.owner(name),
  change: {
    expression: 'SET deletedAt = if_not_exists(deletedAt, :now)',
    condition: 'attribute_exists(pk) AND kind = :kind',
    values: { ':now': now.toISOString(), ':kind': 'organisation' },
  },
})

/** What it holds of blobs would be the next one's who takes its name: what it may name without having sent it. */
const counted: Counted[] = ['repos', 'deployments', 'imports', 'storedBytes']

function nothingUsed(owner: string): TransactAction {
  const names = Object.fromEntries(counted.map((what, index) => [`#what${index}`, what]))
  const expression = Object.keys(names)
    .map((name) => `(attribute_not_exists(${name}) OR ${name} = :none)`)
    .join(' AND ')
  return { check: keys.usage(owner), condition: { expression, names, values: { ':none': 0 } } }
}
