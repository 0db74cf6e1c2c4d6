import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Verifier } from '../../shared/auth/verify.ts'

/**
 * The delay of the next lookup per additional request in the last one, so that a crowd waits and a single request does
 * not.
 */
const pausePerRequestMs = 0.25
const pauseMsMax = 3

interface Lookups {
  /** Answers the requests that came before it began; resolves when it has ended, even if it failed. */
  running: Promise<void> | undefined
  /** The number of those requests. */
  requests: number
  /** The next one, for later requests; their count grows until it begins. */
  next: { answer: Promise<Principal>; requests: number } | undefined
}

interface SharedVerifierOptions {
  verify: Verifier
  /** Recognises a token without a lookup or a wait. */
  known?: (token: string) => Principal | undefined
  pause?: (ms: number) => Promise<unknown>
}

/**
 * Lets concurrent requests with one token share their lookups: at most one runs and one waits, however many requests
 * there are. No request is answered by a lookup that began before it arrived, so a revoked key is refused from the next
 * request on. A lookup begins after all requests that were read in the same turn, so that the callers of one batch, who
 * are answered together and return together, share one and stay together. Afterwards they continue one at a time, each
 * as far as it can: side by side, all would find the queue's last free place.
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
