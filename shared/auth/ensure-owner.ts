import { errors } from '../errors.ts'
import { parseNewOwnerName } from '../model/owner-name.ts'
import { ensureOrganisation, ensurePersonal, findOwner, type OwnerItem } from '../table/owners.ts'
import type { Table } from '../table/table.ts'
import { requireAccess } from './authorize.ts'
import type { Principal } from './principal.ts'

/**
 * Returns the namespace to write into. A free name becomes an organisation when a platform admin first writes to it.
 * @throws AppError `unauthenticated`, `owner_not_found`, `forbidden`, `missing_scope`, `name_reserved`
 */
export async function ensureOwner({ table, principal, owner, now }: EnsureOwner): Promise<OwnerItem> {
  const hidden = () => errors.ownerNotFound(owner)
  requireAccess({ principal, access: 'write', resource: { owner }, hidden })
  if (principal === undefined) throw errors.unauthenticated()
  const existing = await findOwner(table, owner)
  if (existing?.deletedAt !== undefined) throw hidden()
  if (existing !== undefined) return existing
  const { userId, username } = principal
  if (username.toLowerCase() === owner.toLowerCase()) return ensurePersonal(table, { name: username, userId, now })
  if (principal.role !== 'admin') throw hidden()
  return ensureOrganisation(table, { name: parseNewOwnerName(owner, 'owner'), createdBy: userId, now })
}

/** Explains a failed write: the namespace may have been deleted meanwhile. @throws AppError `owner_not_found` */
export async function requireOwner(table: Table, owner: string): Promise<void> {
  const found = await findOwner(table, owner)
  if (found === undefined || found.deletedAt !== undefined) throw errors.ownerNotFound(owner)
}

interface EnsureOwner {
  table: Table
  principal: Principal | undefined
  owner: string
  now: Date
}
