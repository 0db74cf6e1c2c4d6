import { errors } from '../errors.ts'
import { hasScope, type Principal } from './principal.ts'

/** For what concerns the platform as a whole: an admin's session, or a key of one for everything. @throws AppError */
export function requirePlatformAdmin(principal: Principal): void {
  requireAccount(principal)
  if (principal.role !== 'admin') throw errors.adminOnly()
}

/** For what concerns a user's own account: a key for one owner or repo may do nothing to it. @throws AppError */
export function requireAccount(principal: Principal): void {
  if (!hasScope(principal, 'admin')) throw errors.missingScope('admin', principal.scopes)
  if (principal.limit !== undefined) throw errors.limitedKey()
}
