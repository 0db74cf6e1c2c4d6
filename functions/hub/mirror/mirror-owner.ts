import type { Principal } from '../../../shared/auth/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import { parseNewOwnerName } from '../../../shared/model/owner-name.ts'
import { claimOwner, findOwner, type OwnerItem } from '../../../shared/table/owners.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'

/**
 * Whether the mirror may fill a namespace: one that does not exist here, or that the mirror created. In any other,
 * unknown names stay unknown; otherwise anyone could take such a name upstream and have it pass for the team's own.
 */
export async function isMirrors({ table, owner, upstream, principal }: OwnerInput): Promise<boolean> {
  if (principal.username.toLowerCase() === owner.toLowerCase() || isReserved(owner)) return false
  const existing = await findOwner(table, owner)
  return existing === undefined || (existing.mirror === upstream && existing.deletedAt === undefined)
}

/** Creates the namespace if it is missing. @returns whether it is the mirror's */
export async function ensureMirrorOwner({ table, owner, upstream, principal, now }: EnsureInput): Promise<boolean> {
  if (!(await isMirrors({ table, owner, upstream, principal }))) return false
  const item: OwnerItem = {
    name: owner,
    kind: 'organisation',
    mirror: upstream,
    createdAt: now.toISOString(),
    createdBy: principal.userId,
    admins: 0,
  }
  try {
    await table.transact([claimOwner(item)])
    return true
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    return isMirrors({ table, owner, upstream, principal })
  }
}

interface OwnerInput {
  table: Table
  owner: string
  upstream: string
  principal: Principal
}

type EnsureInput = OwnerInput & { now: Date }

function isReserved(owner: string): boolean {
  try {
    parseNewOwnerName(owner)
    return false
  } catch (error) {
    if (error instanceof AppError) return true
    throw error
  }
}
