import { type CryptoKey, importJWK, errors as joseErrors, jwtVerify } from 'jose'
import type { Table } from '../table/table.ts'
import { listVerifyingKeys } from '../table/verifying-keys.ts'

/** The access token of a session, as both the signer and the verifier see it. */
export const accessTokens = {
  /** Fixed, so that a token cannot choose its own algorithm. */
  algorithm: 'EdDSA',
  type: 'at+jwt',
  issuer: 'slipway',
  audience: 'slipway',
  lifeSeconds: 600,
} as const

/** How long a process trusts the keys it has read; a removed key still verifies for this long. */
const rememberMs = 60_000

export interface AccessClaims {
  userId: string
  sessionId: string
}

/** Reads a token that one of our keys signed; `undefined` for any other token. */
type ReadAccessToken = (token: string) => Promise<AccessClaims | undefined>

/** Needs only the public keys; reads them again once a minute, or when a token names an unknown key. */
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
