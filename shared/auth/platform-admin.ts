import { errors } from '../errors.ts'
import { hasScope, type Principal } from './principal.ts'

/** Platform-wide actions need an admin's session or an admin's unrestricted key. @throws AppError */
export function requirePlatformAdmin(principal: Principal): void {
  requireAccount(principal)
  if (principal.role !== 'admin') throw errors.adminOnly()
}

/** A key limited to one owner or repo must not change the account of its user. @throws AppError */
export function requireAccount(principal: Principal): void {
  if (!hasScope(principal, 'admin')) throw errors.missingScope('admin', principal.scopes)
  if (principal.limit !== undefined) throw errors.limitedKey()
}
