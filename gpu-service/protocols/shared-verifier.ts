import { setTimeout as wait } from 'node:timers/promises'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Verifier } from '../../shared/auth/verify.ts'

/** How long the next lookup is put off for each further request that the one before answered: a crowd waits, one does not. */
const pausePerRequestMs = 1
const pauseMsMax = 10

interface Lookups {
  /** Answers the requests that came before it began. */
  running: Promise<Principal>
  /** How many those are. */
  requests: number
  /** Begins when that one ended, for those that came since. */
  waiting: { answer: Promise<Principal>; requests: number } | undefined
}

export interface SharedVerifierOptions {
  verify: Verifier
  pause?: (ms: number) => Promise<unknown>
}

/**
 * Lets the requests of one token share what they look up: at most one lookup runs and one waits, however many
 * requests there are. No request is answered by a lookup that began before it came, so that a revoked key is refused
 * with the next one.
 *
 *     lookup 1  ├──────────┤  ├── lookup 2 ──┤
 *     requests  a   b   c     ↑
 *               │   └───┴──── lookup 2, which begins after both
 *               └── lookup 1
 */
export function sharedVerifier({ verify, pause = wait }: SharedVerifierOptions): Verifier {
  const held = new Map<string, Lookups>()

  function begin(token: string, requests: number): Promise<Principal> {
    const running = verify(token)
    const lookups: Lookups = { running, requests, waiting: undefined }
    held.set(token, lookups)
    const end = () => {
      if (lookups.waiting === undefined) held.delete(token)
    }
    running.then(end, end)
    return running
  }

  /** The one behind, whose count grows until it begins. */
  function queue(token: string, { running, requests }: Lookups): NonNullable<Lookups['waiting']> {
    const pauseMs = Math.min(pauseMsMax, (requests - 1) * pausePerRequestMs)
    const next = async (): Promise<Principal> => {
      if (pauseMs > 0) await pause(pauseMs)
      return begin(token, waiting.requests)
    }
    const waiting: NonNullable<Lookups['waiting']> = { answer: running.then(next, next), requests: 0 }
    return waiting
  }

  return (token) => {
    if (token === undefined) return verify(token)
    const lookups = held.get(token)
    if (lookups === undefined) return begin(token, 1)
    lookups.waiting ??= queue(token, lookups)
    lookups.waiting.requests++
    return lookups.waiting.answer
  }
}
