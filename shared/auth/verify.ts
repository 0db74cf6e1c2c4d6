import { errors } from '../errors.ts'
import { type ApiKeyItem, findApiKey } from '../table/api-keys.ts'
import { findSession, isLive } from '../table/sessions.ts'
import type { Table } from '../table/table.ts'
import { findIdentity, type Identity } from '../table/users.ts'
import { createAccessTokenReader } from './access-token.ts'
import { createKeyUseNotes } from './key-use.ts'
import type { Principal } from './principal.ts'
import { hashToken } from './token.ts'

/** Turns a request's token into a principal. @throws AppError `unauthenticated`, `invalid_token` */
export type Verifier = (token: string | undefined) => Promise<Principal>

export interface VerifierOptions {
  table: Table
  /** The hash of the first admin key, where the deployment was given one. */
  adminKeySha256?: string | undefined
  now?: () => Date
}

/** Who holds the key that a deployment was given; its user need not be in the table. */
export const bootstrapAdmin: Principal = {
  userId: 'admin',
  username: 'admin',
  role: 'admin',
  keyId: 'bootstrap',
  scopes: ['admin'],
  owners: {},
}

const tokenLengthMax = 2000
const usersMax = 10_000

/**
 * Every answer is read from the table as it is now, so that whatever is revoked, disabled or taken away is refused with
 * the next request.
 */
export function createVerifier({ table, adminKeySha256, now = () => new Date() }: VerifierOptions): Verifier {
  const readAccessToken = createAccessTokenReader({ table, now })
  const noteUse = createKeyUseNotes({ table, now })
  /** Whose a key is never changes: knowing it, the key and its user are read at once instead of one after the other. */
  const userOf = new Map<string, string>()

  async function verifyKey(token: string): Promise<Principal> {
    const sha256 = hashToken(token)
    if (sha256 === adminKeySha256) return bootstrapAdmin
    const known = userOf.get(sha256)
    const [key, early] = await Promise.all([
      findApiKey(table, sha256),
      known === undefined ? undefined : findIdentity(table, known),
    ])
    if (key === undefined || !isValid(key, now())) throw errors.invalidToken()
    const identity = known === key.userId ? early : await findIdentity(table, key.userId)
    if (identity === undefined) throw errors.invalidToken()
    if (userOf.size >= usersMax) userOf.clear()
    userOf.set(sha256, key.userId)
    noteUse(key)
    return { ...principalOfUser(identity), keyId: key.id, scopes: key.scopes, ...(key.limit && { limit: key.limit }) }
  }

  async function verifySession(token: string): Promise<Principal> {
    const claims = await readAccessToken(token)
    if (claims === undefined) throw errors.invalidSession()
    const { userId, sessionId } = claims
    const [session, identity] = await Promise.all([
      findSession(table, { userId, id: sessionId }),
      findIdentity(table, userId),
    ])
    if (session === undefined || identity === undefined || !isLive(session, identity.user, now()))
      throw errors.invalidSession()
    return { ...principalOfUser(identity), keyId: session.id, scopes: ['admin'] }
  }

  return async (token) => {
    if (token === undefined) throw errors.unauthenticated()
    if (token.length > tokenLengthMax) throw errors.invalidToken()
    if (token.startsWith('hf_')) return verifyKey(token)
    // A session's token has three parts; what has not is most likely a key that was copied in part.
    if (token.split('.').length !== 3) throw errors.invalidToken()
    return verifySession(token)
  }
}

const principalOfUser = ({ user, memberships }: Identity) => ({
  userId: user.id,
  username: user.username,
  role: user.role,
  owners: Object.fromEntries(memberships.map(({ owner, role }) => [owner, role])),
})

const isValid = (key: ApiKeyItem, now: Date): boolean =>
  key.revokedAt === undefined && (key.validUntil === undefined || new Date(key.validUntil) > now)
