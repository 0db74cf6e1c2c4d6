import { setTimeout as wait } from 'node:timers/promises'
import { ApiError } from './api-error.ts'
import type { Progress } from './terminal.ts'

/** How long a server may be without an answer: longer than a restart, and than the minute of a quota. */
const patienceMs = 2 * 60_000
const backoffMaxMs = 10_000
const pauseMaxMs = 2000

/** Looks at what goes on at the server until it is over. @throws what a look fails with that is no passing failure */
export async function poll<State>(work: Poll<State>): Promise<State> {
  const { isOver, look, show, goesOn, everyMs, progress, clock = realClock } = work
  const leave = () => progress.say(goesOn)
  progress.interrupted?.addEventListener('abort', leave)
  const startedAt = clock.now()
  let state = work.first
  try {
    while (!isOver(state)) {
      show(state)
      // What has taken long takes longer, and an hour of it is not worth thousands of requests.
      await clock.wait(Math.min(pauseMaxMs, Math.max(everyMs, (clock.now() - startedAt) / 20)))
      const last = state
      state = await outlasting(() => look(last), work)
    }
  } finally {
    progress.interrupted?.removeEventListener('abort', leave)
    progress.end()
  }
  return state
}

interface Poll<State> extends Patience {
  /** What it was when it was asked for. */
  first: State
  isOver: (state: State) => boolean
  look: (state: State) => Promise<State>
  show: (state: State) => void
}

interface Patience {
  /** What becomes of it where nobody looks any more. */
  goesOn: string
  everyMs: number
  progress: Progress
  clock?: Clock
}

interface Clock {
  now: () => number
  wait: (ms: number) => Promise<unknown>
}

const realClock: Clock = { now: () => performance.now(), wait }

/** A question that fails for a moment (a quota of the minute, a restart, a lost connection) is told and repeated. */
export async function outlasting<Answer>(ask: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  const { goesOn, everyMs, progress, clock = realClock } = patience
  const startedAt = clock.now()
  for (let failures = 0; ; failures++) {
    try {
      return await ask()
    } catch (error) {
      const waitMs = waitAfter({ error, failures, silentMs: clock.now() - startedAt, everyMs })
      if (waitMs === undefined) {
        progress.say(goesOn)
        throw error
      }
      progress.say(`${whatFailed(error)}; asking again in ${Math.ceil(waitMs / 1000)} s`)
      await clock.wait(waitMs)
    }
  }
}

/** As long as the server asks for, and longer from failure to failure; `undefined` where waiting is not worth it. */
function waitAfter({ error, failures, silentMs, everyMs }: FailedLook): number | undefined {
  if (!(error instanceof ApiError) || !passing.has(error.status)) return undefined
  const backoffMs = Math.min(backoffMaxMs, everyMs * 2 ** failures)
  const waitMs = Math.max(backoffMs, (error.retryAfterSeconds ?? 0) * 1000)
  return silentMs + waitMs > patienceMs ? undefined : waitMs
}

interface FailedLook {
  error: unknown
  /** How many looks before it failed, one after the other. */
  failures: number
  silentMs: number
  everyMs: number
}

/** No answer at all, too many requests, and what a proxy says of a server that is away for a moment. */
const passing: ReadonlySet<number> = new Set([0, 429, 502, 503, 504])

function whatFailed(error: unknown): string {
  const { status, code } = error as ApiError
  if (status === 0) return 'the server does not answer'
  return `the server answered ${status}${code === 'unknown' ? '' : ` (${code})`}`
}
