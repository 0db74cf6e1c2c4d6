import { type CryptoKey, importJWK, errors as joseErrors, jwtVerify } from 'jose'
import type { Table } from '../table/table.ts'
import { listVerifyingKeys } from '../table/verifying-keys.ts'

/** What a session's access token is, on both sides: who signs one and who verifies it. */
export const accessTokens = {
  /** One algorithm, whatever a token says of itself. */
  algorithm: 'EdDSA',
  type: 'at+jwt',
  issuer: 'slipway',
  audience: 'slipway',
  lifeSeconds: 600,
} as const

/** How long a process goes on with the keys it has read; a key that is taken away verifies so long and no longer. */
const rememberMs = 60_000

export interface AccessClaims {
  userId: string
  sessionId: string
}

/** Reads a token that one of our keys signed. `undefined` for any other. */
type ReadAccessToken = (token: string) => Promise<AccessClaims | undefined>

/** Needs the public keys only, which are read again for a key that is not known yet, and once a minute. */
export function createAccessTokenReader({ table, now }: { table: Table; now: () => Date }): ReadAccessToken {
  let held = new Map<string, CryptoKey>()
  let readAtMs = Number.NEGATIVE_INFINITY
  const keyOf = async (kid: string | undefined): Promise<CryptoKey> => {
    const at = now()
    if (kid === undefined) throw new joseErrors.JWKSNoMatchingKey()
    if (!held.has(kid) || at.getTime() - readAtMs > rememberMs) {
      const items = await listVerifyingKeys(table, at)
      const imported = items.map(async (item) => [item.kid, (await importKey(item.publicJwk)) as CryptoKey] as const)
      held = new Map(await Promise.all(imported))
      readAtMs = at.getTime()
    }
    const key = held.get(kid)
    if (key === undefined) throw new joseErrors.JWKSNoMatchingKey()
    return key
  }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => keyOf(kid), {
        algorithms: [accessTokens.algorithm],
        typ: accessTokens.type,
        issuer: accessTokens.issuer,
        audience: accessTokens.audience,
        requiredClaims: ['sub', 'sid', 'exp', 'iat'],
        currentDate: now(),
      })
      const { sub, sid } = payload
      return typeof sub === 'string' && typeof sid === 'string' ? { userId: sub, sessionId: sid } : undefined
    } catch (error) {
      if (error instanceof joseErrors.JOSEError) return undefined
      throw error
    }
  }
}

const importKey = (publicJwk: { kty: string; crv: string; x: string }) => importJWK(publicJwk, accessTokens.algorithm)
