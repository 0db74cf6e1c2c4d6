import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Verifier } from '../../shared/auth/verify.ts'

/** How long the next lookup is put off for each further request that the one before answered: a crowd waits, one does not. */
const pausePerRequestMs = 0.25
const pauseMsMax = 3

interface Lookups {
  /** Answers the requests that came before it began. Fulfilled when it has. */
  running: Promise<void> | undefined
  /** How many those are. */
  requests: number
  /** The one behind, for those that came since; their count grows until it begins. */
  next: { answer: Promise<Principal>; requests: number } | undefined
}

interface SharedVerifierOptions {
  verify: Verifier
  /** Who is known without a lookup, and waits for nobody. */
  known?: (token: string) => Principal | undefined
  pause?: (ms: number) => Promise<unknown>
}

/**
 * Lets the requests of one token share what they look up: at most one lookup runs and one waits, however many
 * requests there are. No request is answered by a lookup that began before it came, so that a revoked key is refused
 * with the next one. A lookup begins behind all requests that were read at the same time: a batch's callers, who are
 * answered together and come back together, cost one, and are not torn apart. Those whom it answers go on one behind the
 * other, each as far as it can: side by side, all would find the room in a queue that there is for one.
 *
 *              a turn
 *     requests a b c │           d   e
 *     lookup 1       ├──────────────────┤
 *     lookup 2                           ├── for d and e
 */
export function sharedVerifier({ verify, known = () => undefined, pause = wait }: SharedVerifierOptions): Verifier {
  const held = new Map<string, Lookups>()

  function queue(token: string, lookups: Lookups): NonNullable<Lookups['next']> {
    const lookUp = async (): Promise<Principal> => {
      if (lookups.running !== undefined) await lookups.running
      const pauseMs = Math.min(pauseMsMax, (lookups.requests - 1) * pausePerRequestMs)
      await (pauseMs >= 1 ? pause(pauseMs) : turn())
      lookups.next = undefined
      lookups.requests = next.requests
      const answer = verify(token)
      const end = () => {
        lookups.running = undefined
        if (lookups.next === undefined) held.delete(token)
      }
      lookups.running = answer.then(end, end)
      return answer
    }
    const next: NonNullable<Lookups['next']> = { answer: lookUp(), requests: 0 }
    return next
  }

  return async (token) => {
    if (token === undefined) return verify(token)
    const holder = known(token)
    if (holder !== undefined) return holder
    const lookups = held.get(token) ?? { running: undefined, requests: 0, next: undefined }
    held.set(token, lookups)
    lookups.next ??= queue(token, lookups)
    lookups.next.requests++
    const principal = await lookups.next.answer
    await turn()
    return principal
  }
}
