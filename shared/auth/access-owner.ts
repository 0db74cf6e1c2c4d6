import { errors } from '../errors.ts'
import { ensureOrganisation } from '../table/owners.ts'
import type { Table } from '../table/table.ts'
import { type Access, requireAccess } from './authorize.ts'
import type { Principal } from './principal.ts'

/**
 * Lets a principal put something into a namespace. One that nobody has becomes an organisation when an admin of the
 * platform first puts something there. @throws AppError `forbidden`, `missing_scope`
 */
export async function accessOwner(table: Table, { principal, access, owner, now }: AccessOwner): Promise<void> {
  // Names of owners are no secret, and one that is nobody's is not to be had by writing to it.
  requireAccess({ principal, access, resource: { owner }, hidden: () => errors.forbidden(access, owner) })
  if (principal.role === 'admin') await ensureOrganisation(table, { name: owner, createdBy: principal.userId, now })
}

export interface AccessOwner {
  principal: Principal
  access: Access
  owner: string
  now: Date
}
