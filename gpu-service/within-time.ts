import { createContext, Script } from 'node:vm'
import { withSpareDescriptors } from './spare-descriptors.ts'

/** Work was ended by force, as it took longer than it may. */
export class OutOfTime extends Error {
  constructor(limitMs: number) {
    super(`ended after ${limitMs} ms`)
    this.name = 'OutOfTime'
  }
}

/**
 * Does work on this thread that nobody can vouch for, and ends it by force after so many milliseconds: in the middle of
 * a loop or of a regular expression, whatever it catches. It must be no harm to end it anywhere and to begin it anew.
 * To watch over it takes a thread of its own, and so about a sixth of a millisecond.
 *
 * @throws OutOfTime
 */
export function withinTime<Result>({ limitMs, work, usedMs = threadMs }: WithinTime<Result>): Result {
  const startedMs = usedMs()
  for (;;) {
    let outcome: { result: Result } | undefined
    watched ??= createWatched()
    watched.sandbox.run = () => {
      outcome = { result: work() }
    }
    try {
      const { script, context } = watched
      withSpareDescriptors(() => script.runInContext(context, { timeout: limitMs, displayErrors: false }))
    } catch (error) {
      if (!isTimeout(error)) throw error
      if (outcome === undefined) {
        // Where others had the processor, or the machine slept, the work is not at fault.
        if (usedMs() - startedMs < limitMs / 2) continue
        throw new OutOfTime(limitMs)
      }
    } finally {
      watched.sandbox.run = undefined
    }
    // It may be told to end when it has just ended.
    if (outcome !== undefined) return outcome.result
  }
}

interface WithinTime<Result> {
  limitMs: number
  work: () => Result
  /** For how long this thread has been at work. */
  usedMs?: () => number
}

/** For how long this thread has been at work; what others do beside it does not count. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Made with its first use and then kept: a context takes milliseconds. */
let watched: ReturnType<typeof createWatched> | undefined

function createWatched() {
  const sandbox: { run: (() => void) | undefined } = { run: undefined }
  return { sandbox, context: createContext(sandbox), script: new Script('run()') }
}

/** The error is of the context, whose `Error` is another. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
