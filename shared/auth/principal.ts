/** The caller: a user, acting through an API key or a session. */
export interface Principal {
  userId: string
  /** The user's own namespace. */
  username: string
  role: 'admin' | 'member'
  /** The id of the API key's record or of the session, never a secret. */
  keyId: string
  scopes: readonly Scope[]
  /** The user's roles in organisations, by lower-case namespace. The user's own namespace is not listed. */
  owners: Readonly<Record<string, OwnerRole>>
  /** The one owner or repo that an API key is restricted to. */
  limit?: { owner: string } | { repoId: string; repo?: string } | undefined
}

export const scopes = ['read', 'write', 'infer', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** Roles in an organisation; each includes the ones before it. */
export const ownerRoles = ['read', 'write', 'admin'] as const
export type OwnerRole = (typeof ownerRoles)[number]

/** `admin` includes every other scope, and `write` includes `read`. */
export const hasScope = ({ scopes: held }: Pick<Principal, 'scopes'>, wanted: Scope): boolean =>
  held.includes('admin') || held.includes(wanted) || (wanted === 'read' && held.includes('write'))

/** The smallest set of scopes that keeps what `held` allows and adds `wanted`. */
export function scopesWith(held: readonly Scope[], wanted: Scope): Scope[] {
  const all = scopes.filter((scope) => scope === wanted || held.includes(scope))
  return all.filter((scope) => !hasScope({ scopes: all.filter((other) => other !== scope) }, scope))
}
