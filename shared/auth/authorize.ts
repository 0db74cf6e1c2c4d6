import { type AppError, errors } from '../errors.ts'
import { hasScope, type OwnerRole, ownerRoles, type Principal, type Scope } from './principal.ts'

/** What the caller wants to do: `infer` calls deployments, `admin` renames or deletes. */
export type Access = 'read' | 'infer' | 'write' | 'admin'

/** A repo, or without `repoId` the whole namespace of the owner. */
export interface Resource {
  owner: string
  repoId?: string | undefined
  /** Only repos can be public; anyone may read those. */
  visibility?: 'private' | 'public' | undefined
}

const needs: Record<Access, { role: OwnerRole; scope: Scope }> = {
  read: { role: 'read', scope: 'read' },
  infer: { role: 'read', scope: 'infer' },
  write: { role: 'write', scope: 'write' },
  admin: { role: 'admin', scope: 'write' },
}

type Verdict = 'granted' | 'hidden' | 'forbidden' | { missingScope: Scope }

/**
 * The verdict is `hidden` where the principal must not learn that the resource exists. Without a principal, only public
 * resources are visible.
 */
export function judgeAccess(principal: Principal | undefined, access: Access, resource: Resource): Verdict {
  const isPublicRead = access === 'read' && resource.visibility === 'public'
  if (principal === undefined) return isPublicRead ? 'granted' : 'hidden'
  const { role, scope } = needs[access]
  const held = isWithinLimit(principal, resource) ? roleIn(principal, resource.owner) : undefined
  const sees = held !== undefined || resource.visibility === 'public'
  if (!sees) return 'hidden'
  if (!hasScope(principal, scope)) return { missingScope: scope }
  return isPublicRead || (held !== undefined && holds(held, role)) ? 'granted' : 'forbidden'
}

export const mayAccess = (principal: Principal | undefined, access: Access, resource: Resource): boolean =>
  judgeAccess(principal, access, resource) === 'granted'

/** @throws AppError what `hidden` gives (401 where nobody asked), `missing_scope`, `forbidden` */
export function requireAccess({
  principal,
  access,
  resource,
  hidden,
}: {
  principal: Principal | undefined
  access: Access
  resource: Resource
  hidden: () => Error
}): void {
  const verdict = judgeAccess(principal, access, resource)
  if (verdict === 'granted') return
  if (verdict === 'hidden') throw principal === undefined ? errors.unauthenticated() : hidden()
  if (verdict === 'forbidden') throw refusalOf({ principal, access, resource })
  throw errors.missingScope(verdict.missingScope, principal?.scopes ?? [])
}

/** Explains a refusal to a caller who may see the resource: the key is too narrow, or the user's role is. */
export function refusalOf({ principal, access, resource, act = access }: Refused): AppError {
  const { owner } = resource
  if (principal?.limit === undefined) return errors.forbidden(act, owner)
  const { limit, ...user } = principal
  const verdict = judgeAccess(user, access, resource)
  if (verdict === 'hidden' || verdict === 'forbidden') return errors.forbidden(act, owner)
  return errors.beyondKeyLimit('owner' in limit ? limit.owner : limit.repo)
}

interface Refused {
  principal: Principal | undefined
  access: Access
  resource: Resource
  /** The action in words. @default access */
  act?: string
}

/** The role of a principal in a namespace; platform admins are admins of every namespace. */
export function roleIn(principal: Principal, owner: string): OwnerRole | undefined {
  const key = owner.toLowerCase()
  if (principal.role === 'admin' || principal.username.toLowerCase() === key) return 'admin'
  return Object.hasOwn(principal.owners, key) ? principal.owners[key] : undefined
}

/** A key for one repo gives no access to the namespace or to its other repos. */
function isWithinLimit({ limit }: Principal, { owner, repoId }: Resource): boolean {
  if (limit === undefined) return true
  return 'owner' in limit ? limit.owner.toLowerCase() === owner.toLowerCase() : limit.repoId === repoId
}

const holds = (held: OwnerRole, wanted: OwnerRole): boolean => ownerRoles.indexOf(held) >= ownerRoles.indexOf(wanted)
