import { findOwner } from '../../../shared/table/owners.ts'
import { askOnce } from '../ask-once.ts'
import type { Step } from '../jobs/phase.ts'
import { recordOf } from './restore-items.ts'

/**
 * Tells whether a namespace was created anew after the backup, and so belongs to somebody else. An ownerless one,
 * recreated by a dropped file, does not count.
 */
export async function createReassignedOwners(step: Step): Promise<(owner: string) => Promise<boolean>> {
  const { endedAt } = await recordOf(step)
  return askOnce(async (name) => {
    const owner = await findOwner(step.parts.table, name)
    return owner !== undefined && owner.createdAt > endedAt && (owner.kind === 'user' || owner.admins > 0)
  })
}
