import { findOwner } from '../../../shared/table/owners.ts'
import { askOnce } from '../ask-once.ts'
import type { Step } from '../jobs/phase.ts'
import { recordOf } from './restore-items.ts'

/**
 * Asks of namespaces whether they are others' by now than those who had them in the backup: they were made after it. One
 * that is nobody's, made anew by a file that was dropped, is not.
 */
export async function createGivenNames(step: Step): Promise<(owner: string) => Promise<boolean>> {
  const { endedAt } = await recordOf(step)
  return askOnce(async (name) => {
    const owner = await findOwner(step.parts.table, name)
    return owner !== undefined && owner.createdAt > endedAt && (owner.kind === 'user' || owner.admins > 0)
  })
}
