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

/** Removes a namespace that was created for a drop or a failed import and stayed empty. */
export async function dropEmptyOrganisation({ parts, job, count }: Step, { pk }: AnyItem): Promise<void> {
  const { table, now } = parts
  const owner = await findOwner(table, pk.slice(keys.owner('').pk.length))
  if (owner === undefined || owner.createdAt >= cutoffsOf(job).unneeded || !(await isEmpty(owner, parts))) return
  if (job.options.dryRun !== true && !(await deleteNobodys(table, { owner, now: now() }))) return
  count('itemsFreed')
}

/** One that users created always has an admin. */
async function isEmpty({ name, kind, admins }: OwnerItem, parts: MaintenanceParts): Promise<boolean> {
  const { table } = parts
  if (kind !== 'organisation' || admins > 0) return false
  const usage = (await table.get<Record<string, number>>(keys.usage(name))) ?? {}
  if (countedNames.some((what) => (usage[what] ?? 0) > 0)) return false
  // Counted here, because a restore may not have updated the usage yet.
  for (const what of countedNames) if ((await counts[what](name, parts)) > 0) return false
  return (await listMembers(table, { owner: name, limit: 1 })).items.length === 0
}
