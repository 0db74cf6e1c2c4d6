import { errors } from '../errors.ts'
import { type ApiKeyItem, findApiKey } from '../table/api-keys.ts'
import { findSession, isLive } from '../table/sessions.ts'
import type { Table } from '../table/table.ts'
import { findIdentity, findKeyWithIdentity, type Identity, type KeyWithIdentity } from '../table/users.ts'
import { createAccessTokenReader } from './access-token.ts'
import { createKeyUseNotes } from './key-use.ts'
import type { Principal } from './principal.ts'
import { hashToken } from './token.ts'

/** Turns a request's token into a principal. @throws AppError `unauthenticated`, `invalid_token` */
export type Verifier = (token: string | undefined) => Promise<Principal>

interface VerifierOptions {
  table: Table
  /** The hash of the first admin key, if the installation was given one. */
  adminKeySha256?: string | undefined
  now?: () => Date
}

/** The principal of the installation's own admin key, which has no user in the table. */
export const bootstrapAdmin: Principal = {
  userId: 'admin',
  username: 'admin',
  role: 'admin',
  keyId: 'bootstrap',
  scopes: ['admin'],
  owners: {},
}

/** Recognises the installation's own admin key without reading the table; it is hashed only the first time. */
export function adminKeyHolder(adminKeySha256: string | undefined): (token: string) => Principal | undefined {
  const recognised = new Set<string>()
  return (token) => {
    if (recognised.has(token)) return bootstrapAdmin
    if (adminKeySha256 === undefined || token.length >= tokenLengthMax) return undefined
    if (hashToken(token) !== adminKeySha256) return undefined
    recognised.add(token)
    return bootstrapAdmin
  }
}

const tokenLengthMax = 2000
const keysMax = 10_000
/** With more than this many newer keys between a key and its user, the two are read separately. */
const newerKeysMax = 10

interface KnownKey {
  userId: string
  id: string
  liesFar: boolean
}

/** Reads the table on every call, so that a revoked key or disabled user is refused from the next request on. */
export function createVerifier({ table, adminKeySha256, now = () => new Date() }: VerifierOptions): Verifier {
  const readAccessToken = createAccessTokenReader({ table, now })
  const noteUse = createKeyUseNotes({ table, now })
  /** A key never changes its user, so once the user is known both are read in one query. */
  const known = new Map<string, KnownKey>()

  async function verifyKey(token: string): Promise<Principal> {
    const sha256 = hashToken(token)
    if (sha256 === adminKeySha256) return bootstrapAdmin
    const { key, identity } = await readKey(sha256)
    if (key?.sha256 !== sha256 || !isValid(key, now()) || identity === undefined) throw errors.invalidToken()
    noteUse(key)
    return { ...principalOfUser(identity), keyId: key.id, scopes: key.scopes, ...(key.limit && { limit: key.limit }) }
  }

  async function readKey(sha256: string): Promise<Pick<KeyWithIdentity, 'key' | 'identity'>> {
    const held = known.get(sha256)
    if (held?.liesFar === true) {
      const [key, identity] = await Promise.all([findApiKey(table, sha256), findIdentity(table, held.userId)])
      return { key, identity }
    }
    const read = held && (await findKeyWithIdentity(table, held))
    if (held !== undefined && read?.key !== undefined) {
      held.liesFar = read.newerKeys > newerKeysMax
      return read
    }
    // Looked up by hash, because a backup may have restored the key under another id.
    const key = await findApiKey(table, sha256)
    const identity = key && (await findIdentity(table, key.userId))
    if (known.size >= keysMax) known.clear()
    if (key !== undefined) known.set(sha256, { userId: key.userId, id: key.id, liesFar: false })
    return { key, identity }
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
    // A session token has three parts; anything else is most likely a truncated key.
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
