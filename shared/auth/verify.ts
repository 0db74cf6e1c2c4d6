import { errors } from '../errors.ts'
import { type ApiKeyItem, findApiKey } from '../table/api-keys.ts'
import type { Table } from '../table/table.ts'
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

export function createVerifier({ table, adminKeySha256, now = () => new Date() }: VerifierOptions): Verifier {
  return async (token) => {
    if (token === undefined) throw errors.unauthenticated()
    if (!token.startsWith('hf_') || token.length > 200) throw errors.invalidToken()
    const sha256 = hashToken(token)
    if (sha256 === adminKeySha256) return { userId: 'admin', role: 'admin', keyId: 'bootstrap', scopes: ['admin'] }
    const key = await findApiKey(table, sha256)
    if (key === undefined || !isValid(key, now())) throw errors.invalidToken()
    return { userId: key.userId, role: key.role, keyId: key.id, scopes: key.scopes }
  }
}

const isValid = (key: ApiKeyItem, now: Date): boolean =>
  key.revokedAt === undefined && (key.validUntil === undefined || new Date(key.validUntil) > now)
