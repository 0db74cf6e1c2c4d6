import type { Principal } from '../../shared/auth/principal.ts'
import type { Verifier } from '../../shared/auth/verify.ts'

const keysMax = 10_000

/**
 * Remembers for a moment who a key belongs to, so that a prediction does not wait for the table. A revoked key
 * works on for at most that long.
 */
export function cachedVerifier({
  verify,
  rememberMs = 2000,
  now = () => performance.now(),
}: CachedVerifierOptions): Verifier {
  const held = new Map<string, { principal: Promise<Principal>; untilMs: number }>()
  return (token) => {
    if (token === undefined || token.length > 200) return verify(token)
    // By the token itself: hashing it for every request would be most of what a refusal costs here.
    const known = held.get(token)
    if (known !== undefined && known.untilMs > now()) return known.principal
    if (held.size >= keysMax) held.clear()
    const principal = verify(token)
    held.set(token, { principal, untilMs: now() + rememberMs })
    // Only what was verified is remembered, so a new key works at once.
    principal.catch(() => held.delete(token))
    return principal
  }
}

interface CachedVerifierOptions {
  verify: Verifier
  rememberMs?: number
  now?: () => number
}
