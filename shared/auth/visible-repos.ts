import type { Audience } from '../table/repo-lists.ts'
import { roleIn } from './authorize.ts'
import { hasScope, type Principal } from './principal.ts'

/**
 * The lists that together hold every repo the principal may see, of all owners or of one. There are as many as the
 * principal has namespaces.
 */
export function visibleAudiences(principal: Principal | undefined, owner?: string): Audience[] {
  const readable = principal !== undefined && hasScope(principal, 'read') ? principal : undefined
  if (owner !== undefined)
    return [readable && roleIn(readable, owner) && allows(readable, owner) ? { owner } : { publicOf: owner }]
  if (readable !== undefined && seesAll(readable)) return ['all']
  const namespaces = readable === undefined ? [] : namespacesOf(readable)
  return ['public', ...namespaces.filter((name) => allows(readable, name)).map((name) => ({ owner: name }))]
}

/** An admin's key for one owner sees that owner, even where the admin is no member of it. */
const namespacesOf = ({ limit, username, owners }: Principal): string[] =>
  limit !== undefined && 'owner' in limit ? [limit.owner.toLowerCase()] : [username, ...Object.keys(owners)]

/** A key for one repo does not see the rest of its namespace. */
const allows = (principal: Principal | undefined, owner: string): boolean => {
  if (principal === undefined) return false
  const { limit } = principal
  if (limit === undefined) return true
  return 'owner' in limit && limit.owner.toLowerCase() === owner.toLowerCase() && roleIn(principal, owner) !== undefined
}

/** Whether the principal may see every namespace. */
export const seesAll = ({ role, limit }: Principal): boolean => role === 'admin' && limit === undefined

/** The owners whose imports and deployments the principal may see; `undefined` stands for all. */
export function readableOwners(principal: Principal): (string | undefined)[] {
  if (seesAll(principal)) return [undefined]
  return namespacesOf(principal).filter((name) => allows(principal, name))
}
