import { inParallel } from '../../../shared/in-parallel.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { findOwner, type MemberItem, type OwnerItem } from '../../../shared/table/owners.ts'
import { absent, type Table } from '../../../shared/table/table.ts'
import { askOnce } from '../ask-once.ts'
import type { Phase } from '../jobs/phase.ts'
import type { AnyItem } from '../read-pages.ts'
import { userIdOf } from './merge-users.ts'
import { partByPart } from './restore-items.ts'

const concurrency = 16

/**
 * Adds the members of missing organisations: members missing from an existing one were removed, and a user may have
 * taken an organisation's name. An organisation without an admin, recreated by a dropped file, counts as missing. Runs
 * before the organisations are added, so that a retry still knows which were missing.
 */
export const addMembers: Phase = {
  name: 'members',
  run: (step) =>
    partByPart(step, async (items) => {
      const { table } = step.parts
      const isLost = askOnce(async (name) => {
        const owner = await findOwner(table, name)
        return owner === undefined || (owner.kind === 'organisation' && owner.admins === 0)
      })
      const isThere = askOnce(async (userId) => (await table.get(keys.user(userId))) !== undefined)
      await inParallel(items.filter(isMembership), concurrency, async (item) => {
        if (!(await isLost(organisationOf(item))) || !(await isThere(userIdOf(item) ?? ''))) return
        if (await conditionHeld(() => table.put(item, absent))) step.count('itemsRestored')
      })
    }),
}

const memberOf = keys.ownerMember('', '').sk

/** The copy under the organisation, or the one under the user. */
export const isMembership = ({ pk, sk }: AnyItem): boolean => /^(?:OWNER|USER)#/.test(pk) && sk.startsWith(memberOf)

const organisationOf = ({ pk, sk }: AnyItem): string =>
  pk.startsWith('OWNER#') ? pk.slice('OWNER#'.length) : sk.slice(memberOf.length)

/** Recounts an organisation's admins, because the last admin by count cannot leave. */
export async function countAdmins(table: Table, { name, admins }: OwnerItem): Promise<void> {
  const members = table.queryAll<MemberItem>({
    expression: 'pk = :pk AND begins_with(sk, :member)',
    values: { ':pk': keys.owner(name).pk, ':member': memberOf },
    consistent: true,
  })
  const is = (await Array.fromAsync(members)).filter(({ role }) => role === 'admin').length
  if (is === admins) return
  const change = { expression: 'SET admins = :is', condition: 'admins = :says', values: { ':is': is, ':says': admins } }
  await conditionHeld(() => table.update(keys.owner(name), change))
}
