/** Who asks: a user, or an API key acting for one, with what it may do. */
export interface Principal {
  userId: string
  role: 'admin' | 'member'
  /** The API key's record, not its secret. */
  keyId: string
  scopes: readonly Scope[]
}

export const scopes = ['read', 'write', 'infer', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** `admin` holds every other scope, and `write` holds `read`. */
export const hasScope = ({ scopes: held }: Principal, wanted: Scope): boolean =>
  held.includes('admin') || held.includes(wanted) || (wanted === 'read' && held.includes('write'))
