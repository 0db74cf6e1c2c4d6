import { keys } from '../../../shared/table/keys.ts'
import { listMembers } from '../../../shared/table/members.ts'
import { deleteOrganisation } from '../../../shared/table/organisation-deletion.ts'
import { findOwner, type OwnerItem } from '../../../shared/table/owners.ts'
import type { Table } from '../../../shared/table/table.ts'
import { countedNames } from '../../../shared/table/usage.ts'
import type { Step } from '../jobs/phase.ts'
import type { AnyItem } from '../read-pages.ts'
import { cutoffsOf } from './cutoffs.ts'

/** Removes a namespace that was made for an import which failed, or for a drop, and never came to have anything or anybody. */
export async function dropEmptyOrganisation({ parts, job, count }: Step, { pk }: AnyItem): Promise<void> {
  const { table, now } = parts
  const owner = await findOwner(table, pk.slice(keys.owner('').pk.length))
  if (owner === undefined || owner.createdAt >= cutoffsOf(job).unneeded || !(await isEmpty(table, owner))) return
  if (job.options.dryRun !== true && !(await deleteOrganisation(table, { owner, now: now() }))) return
  count('itemsFreed')
}

/** One that its people made has an admin as long as it is there. */
async function isEmpty(table: Table, { name, kind, admins }: OwnerItem): Promise<boolean> {
  if (kind !== 'organisation' || admins > 0) return false
  const usage = (await table.get<Record<string, number>>(keys.usage(name))) ?? {}
  if (countedNames.some((what) => (usage[what] ?? 0) > 0)) return false
  return (await listMembers(table, { owner: name, limit: 1 })).items.length === 0
}
