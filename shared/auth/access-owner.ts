import { errors } from '../errors.ts'
import { findOwner, type OwnerItem } from '../table/owners.ts'
import type { Table } from '../table/table.ts'
import { requireAccess } from './authorize.ts'
import { hasScope, type Principal } from './principal.ts'

/** An owner, for its members. Managing access takes an unrestricted key. @throws AppError `owner_not_found` */
export async function accessOwner(
  table: Table,
  { principal, name, access, withDeleted = false }: AccessOwner,
): Promise<OwnerItem> {
  const hidden = () => errors.ownerNotFound(name)
  requireAccess({ principal, access, resource: { owner: name }, hidden })
  if (access === 'admin' && !hasScope(principal, 'admin')) throw errors.missingScope('admin', principal.scopes)
  const owner = await findOwner(table, name)
  if (owner === undefined || (owner.deletedAt !== undefined && !withDeleted)) throw hidden()
  return owner
}

interface AccessOwner {
  principal: Principal
  name: string
  access: 'read' | 'admin'
  /** Includes an organisation that is being deleted, so that its deletion can be resumed. */
  withDeleted?: boolean
}
