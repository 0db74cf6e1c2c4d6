import { ApiError } from './api-error.ts'
import type { Progress } from './terminal.ts'

/** How long to wait for an unresponsive server: longer than a restart, and than a quota's minute. */
const patienceMs = 2 * 60_000
const backoffMaxMs = 10_000
const pauseMaxMs = 2000

/** Polls work on the server until it is over. @throws any failure that retrying does not help */
export async function poll<State>(work: Poll<State>): Promise<State> {
  const { isOver, look, show, goesOn, everyMs, progress } = work
  const { clock } = progress
  const leave = () => progress.say(goesOn)
  progress.interrupted?.addEventListener('abort', leave)
  const startedAt = clock.now()
  let state = work.first
  try {
    while (!isOver(state)) {
      show(state)
      // Polls a long job less often, so that an hour of work does not cost thousands of requests.
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
  /** The state at the start. */
  first: State
  isOver: (state: State) => boolean
  look: (state: State) => Promise<State>
  show: (state: State) => void
}

interface Patience {
  /** Tells the user what happens to the work when nobody watches any more. */
  goesOn: string
  everyMs: number
  progress: Progress
}

/** Repeats a request through passing failures (a used-up quota, a restart, a lost connection), and says so. */
export async function outlasting<Answer>(ask: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  const { goesOn, everyMs, progress } = patience
  const { clock } = progress
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

/** At least the server's `Retry-After`, and longer with each failure; `undefined` where waiting will not help. */
function waitAfter({ error, failures, silentMs, everyMs }: FailedLook): number | undefined {
  if (!(error instanceof ApiError) || !passing.has(error.status)) return undefined
  const backoffMs = Math.min(backoffMaxMs, everyMs * 2 ** failures)
  const waitMs = Math.max(backoffMs, (error.retryAfterSeconds ?? 0) * 1000)
  return silentMs + waitMs > patienceMs ? undefined : waitMs
}

interface FailedLook {
  error: unknown
  /** Consecutive failures so far. */
  failures: number
  silentMs: number
  everyMs: number
}

/** No answer, too many requests, and what a proxy says of a server that is briefly away. */
const passing: ReadonlySet<number> = new Set([0, 429, 502, 503, 504])

function whatFailed(error: unknown): string {
  const { status, code } = error as ApiError
  if (status === 0) return 'the server does not answer'
  return `the server answered ${status}${code === 'unknown' ? '' : ` (${code})`}`
}
