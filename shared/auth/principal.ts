/** Who asks: a user, by an API key or a session, with what it may do. */
export interface Principal {
  userId: string
  /** The user's own namespace. */
  username: string
  role: 'admin' | 'member'
  /** The record of the API key, or the id of the session: never a secret. */
  keyId: string
  scopes: readonly Scope[]
  /** The namespaces of organisations, in lower case, and the role there. The user's own is not among them. */
  owners: Readonly<Record<string, OwnerRole>>
  /** The one owner, or the one repo, that an API key was made for; it may do nothing elsewhere. */
  limit?: { owner: string } | { repoId: string; repo?: string } | undefined
}

export const scopes = ['read', 'write', 'infer', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** What a member of an organisation may do there; each holds the ones before it. */
export const ownerRoles = ['read', 'write', 'admin'] as const
export type OwnerRole = (typeof ownerRoles)[number]

/** `admin` holds every other scope, and `write` holds `read`. */
export const hasScope = ({ scopes: held }: Pick<Principal, 'scopes'>, wanted: Scope): boolean =>
  held.includes('admin') || held.includes(wanted) || (wanted === 'read' && held.includes('write'))

/** The fewest scopes by which one may do what it could before, and what `wanted` lets it do. */
export function scopesWith(held: readonly Scope[], wanted: Scope): Scope[] {
  const all = scopes.filter((scope) => scope === wanted || held.includes(scope))
  return all.filter((scope) => !hasScope({ scopes: all.filter((other) => other !== scope) }, scope))
}
