import { keys } from '../../../shared/table/keys.ts'
import { listMembers } from '../../../shared/table/members.ts'
import { deleteNobodys } from '../../../shared/table/organisation-deletion.ts'
import { findOwner, type OwnerItem } from '../../../shared/table/owners.ts'
import { countedNames } from '../../../shared/table/usage.ts'
import { counts } from '../fsck/count-use.ts'
import type { Step } from '../jobs/phase.ts'
import type { MaintenanceParts } from '../parts.ts'
import type { AnyItem } from '../read-pages.ts'
import { cutoffsOf } from './cutoffs.ts'

/** Removes a namespace that was made for an import which failed, or for a drop, and never came to have anything or anybody. */
export async function dropEmptyOrganisation({ parts, job, count }: Step, { pk }: AnyItem): Promise<void> {
  const { table, now } = parts
  const owner = await findOwner(table, pk.slice(keys.owner('').pk.length))
  if (owner === undefined || owner.createdAt >= cutoffsOf(job).unneeded || !(await isEmpty(owner, parts))) return
  if (job.options.dryRun !== true && !(await deleteNobodys(table, { owner, now: now() }))) return
  count('itemsFreed')
}

/** One that its people made has an admin as long as it is there. */
async function isEmpty({ name, kind, admins }: OwnerItem, parts: MaintenanceParts): Promise<boolean> {
  const { table } = parts
  if (kind !== 'organisation' || admins > 0) return false
  const usage = (await table.get<Record<string, number>>(keys.usage(name))) ?? {}
  if (countedNames.some((what) => (usage[what] ?? 0) > 0)) return false
  // What a restore brought into it may not be counted yet.
  for (const what of countedNames) if ((await counts[what](name, parts)) > 0) return false
  return (await listMembers(table, { owner: name, limit: 1 })).items.length === 0
}
