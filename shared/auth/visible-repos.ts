import type { Audience } from '../table/repo-lists.ts'
import { roleIn } from './authorize.ts'
import { hasScope, type Principal } from './principal.ts'

/**
 * The lists that together hold the repos which someone may see, all or those of one owner: as many as the namespaces
 * one belongs to, and never more.
 */
export function visibleAudiences(principal: Principal | undefined, owner?: string): Audience[] {
  const readable = principal !== undefined && hasScope(principal, 'read') ? principal : undefined
  if (owner !== undefined)
    return [readable && roleIn(readable, owner) && allows(readable, owner) ? { owner } : { publicOf: owner }]
  if (readable !== undefined && seesAll(readable)) return ['all']
  const namespaces = readable === undefined ? [] : namespacesOf(readable)
  return ['public', ...namespaces.filter((name) => allows(readable, name)).map((name) => ({ owner: name }))]
}

/** An admin's key for one owner sees that one, whether or not the admin is a member of it. */
const namespacesOf = ({ limit, username, owners }: Principal): string[] =>
  limit !== undefined && 'owner' in limit ? [limit.owner.toLowerCase()] : [username, ...Object.keys(owners)]

/** A key for one repo is told of none by its namespace. */
const allows = (principal: Principal | undefined, owner: string): boolean => {
  if (principal === undefined) return false
  const { limit } = principal
  if (limit === undefined) return true
  return 'owner' in limit && limit.owner.toLowerCase() === owner.toLowerCase() && roleIn(principal, owner) !== undefined
}

/** Whether no namespace is hidden from someone. */
export const seesAll = ({ role, limit }: Principal): boolean => role === 'admin' && limit === undefined

/** The owners whose imports and deployments someone may see; `undefined` is everybody's. */
export function readableOwners(principal: Principal): (string | undefined)[] {
  if (seesAll(principal)) return [undefined]
  return namespacesOf(principal).filter((name) => allows(principal, name))
}
