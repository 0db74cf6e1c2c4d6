import type { Principal } from '../../../shared/auth/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import { parseNewOwnerName } from '../../../shared/model/owner-name.ts'
import { claimOwner, findOwner, type OwnerItem } from '../../../shared/table/owners.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'

/**
 * Whether a namespace is the mirror's to fill: one that nobody has here, or one that it made itself. In a namespace of
 * ours, whoever's it is, a name that is not there is missing: else anyone who takes that name on the other Hub could
 * slip in what people here believe to be their own.
 */
export async function isMirrors({ table, owner, upstream, principal }: OwnerInput): Promise<boolean> {
  if (principal.username.toLowerCase() === owner.toLowerCase() || isReserved(owner)) return false
  const existing = await findOwner(table, owner)
  return existing === undefined || (existing.mirror === upstream && existing.deletedAt === undefined)
}

/** Makes the namespace, where it is not there. @returns whether it is the mirror's */
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
  /** The Hub that is mirrored. */
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
