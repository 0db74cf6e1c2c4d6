import { type AppError, errors } from '../errors.ts'
import { hasScope, type OwnerRole, ownerRoles, type Principal, type Scope } from './principal.ts'

/** What is to be done with something of an owner: `infer` is to call its deployments, `admin` to rename or delete. */
export type Access = 'read' | 'infer' | 'write' | 'admin'

/** What an owner has: a repo, or, without a `repoId`, the namespace itself and what is in it. */
export interface Resource {
  owner: string
  repoId?: string | undefined
  /** Only a repo is ever public, and public is to be read by anyone. */
  visibility?: 'private' | 'public' | undefined
}

const needs: Record<Access, { role: OwnerRole; scope: Scope }> = {
  read: { role: 'read', scope: 'read' },
  infer: { role: 'read', scope: 'infer' },
  write: { role: 'write', scope: 'write' },
  admin: { role: 'admin', scope: 'write' },
}

type Verdict = 'granted' | 'hidden' | 'forbidden' | { missingScope: Scope }

/** Decides; `hidden` is what the principal may not even know of. Without a principal, only what is public is there. */
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

/** Why something is refused to who may know of it: for the limit of the key, where its user may do it, or for the role. */
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
  /** What was to be done, in words. @default access */
  act?: string
}

/** The role of a principal in a namespace. Admins of the platform are admins of every one. */
export function roleIn(principal: Principal, owner: string): OwnerRole | undefined {
  const key = owner.toLowerCase()
  if (principal.role === 'admin' || principal.username.toLowerCase() === key) return 'admin'
  return Object.hasOwn(principal.owners, key) ? principal.owners[key] : undefined
}

/** A key for one repo may do nothing to its namespace, nor to another repo in it. */
function isWithinLimit({ limit }: Principal, { owner, repoId }: Resource): boolean {
  if (limit === undefined) return true
  return 'owner' in limit ? limit.owner.toLowerCase() === owner.toLowerCase() : limit.repoId === repoId
}

const holds = (held: OwnerRole, wanted: OwnerRole): boolean => ownerRoles.indexOf(held) >= ownerRoles.indexOf(wanted)
