import type { Principal } from '../../shared/auth/principal.ts'
import type { Verifier } from '../../shared/auth/verify.ts'

interface Lookups {
  /** Answers the requests that came before it began. */
  running: Promise<Principal>
  /** Begins when that one ends, for those that came since. */
  waiting: Promise<Principal> | undefined
}

/**
 * Lets the requests of one token share what they look up: at most one lookup runs and one waits, however many
 * requests there are. No request is answered by a lookup that began before it came, so that a revoked key is refused
 * with the next one.
 *
 *     lookup 1  ├──────────┤├── lookup 2 ──┤
 *     requests  a   b   c   ↑
 *               │   └───┴── lookup 2, which begins after both
 *               └── lookup 1
 */
export function sharedVerifier(verify: Verifier): Verifier {
  const held = new Map<string, Lookups>()

  function begin(token: string): Promise<Principal> {
    const running = verify(token)
    const lookups: Lookups = { running, waiting: undefined }
    held.set(token, lookups)
    const end = () => {
      if (lookups.waiting === undefined) held.delete(token)
    }
    running.then(end, end)
    return running
  }

  return (token) => {
    if (token === undefined) return verify(token)
    const lookups = held.get(token)
    if (lookups === undefined) return begin(token)
    const next = () => begin(token)
    lookups.waiting ??= lookups.running.then(next, next)
    return lookups.waiting
  }
}
