import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { type AccessClaims, accessTokens } from '../../shared/auth/access-token.ts'
import {
  addSigningKey,
  newestSigningKeys,
  nextGeneration,
  type SigningKeyItem,
} from '../../shared/table/signing-keys.ts'
import type { Table } from '../../shared/table/table.ts'
import type { VerifyingKeyItem } from '../../shared/table/verifying-keys.ts'

const minuteMs = 60_000
/** How long one key signs. */
const rotateMs = 30 * 24 * 60 * minuteMs
/** How long a key is published before it signs; longer than anyone caches the published keys. */
const aheadMs = 15 * minuteMs
/** How long this process caches the keys; shorter than that. */
const rememberMs = minuteMs
/** A key's last tokens outlive its last signature, and clocks may differ a little. */
const lingerMs = accessTokens.lifeSeconds * 1000 + rememberMs + minuteMs

export interface Signer {
  sign(claims: AccessClaims): Promise<string>
}

/**
 * Signs access tokens with the newest key that has begun to sign.
 *
 *     key 1  ├─ signs ───────────────────────┤─ verifies ─┤
 *     key 2                    ├─ published ─┼─ signs ─────────────── …
 */
export function createSigner({ table, now }: { table: Table; now: () => Date }): Signer {
  let held: { key: SigningKeyItem; readAtMs: number } | undefined

  async function currentKey(): Promise<SigningKeyItem> {
    const at = now()
    if (held !== undefined && at.getTime() - held.readAtMs < rememberMs) return held.key
    let known = await newestSigningKeys(table)
    if (isDue(known, at)) {
      // The number is read first: a key that another process adds meanwhile either takes this number or is seen by the
      // read.
      const generation = await nextGeneration(table)
      known = await newestSigningKeys(table)
      if (isDue(known, at)) await addSigningKey(table, await newKey(known, { at, generation }))
      known = await newestSigningKeys(table)
    }
    const key = known.find(({ signsFrom }) => new Date(signsFrom) <= at)
    if (key === undefined) throw new Error('no key signs yet: is the clock of this machine far behind?')
    held = { key, readAtMs: at.getTime() }
    return key
  }

  return {
    async sign({ userId, sessionId }) {
      const { kid, privateJwk } = await currentKey()
      const issuedAt = Math.floor(now().getTime() / 1000)
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: accessTokens.algorithm, typ: accessTokens.type, kid })
        .setSubject(userId)
        .setIssuer(accessTokens.issuer)
        .setAudience(accessTokens.audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + accessTokens.lifeSeconds)
        .sign(await importJWK(privateJwk, accessTokens.algorithm))
    },
  }
}

/** Whether the newest key needs a successor, because there is none or its time is nearly over. */
function isDue([newest]: SigningKeyItem[], at: Date): boolean {
  return newest === undefined || at.getTime() >= new Date(newest.signsFrom).getTime() + rotateMs - aheadMs
}

async function newKey([previous]: SigningKeyItem[], { at, generation }: { at: Date; generation: string }) {
  const pair = await generateKeyPair(accessTokens.algorithm, { extractable: true })
  const [privateJwk, publicJwk] = await Promise.all([exportJWK(pair.privateKey), exportJWK(pair.publicKey)])
  const kid = await calculateJwkThumbprint(publicJwk)
  // The very first key signs at once, since nobody caches keys yet.
  const signsFromMs = at.getTime() + (previous === undefined ? 0 : aheadMs)
  const { kty = '', crv = '', x = '' } = publicJwk
  return {
    item: { generation, kid, privateJwk, signsFrom: new Date(signsFromMs).toISOString() },
    publicJwk: { kty, crv, x } satisfies VerifyingKeyItem['publicJwk'],
    previous,
    overlapEnd: new Date(signsFromMs + lingerMs),
  }
}
