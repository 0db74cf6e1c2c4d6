import { createContext, Script } from 'node:vm'
import { withSpareDescriptors } from './spare-descriptors.ts'

/** Work was stopped because it took too long. */
export class OutOfTime extends Error {
  constructor(limitMs: number) {
    super(`ended after ${limitMs} ms`)
    this.name = 'OutOfTime'
  }
}

/**
 * Runs untrusted work on this thread and stops it by force after a time limit, even inside a loop or a regular
 * expression, whatever it catches. The work must tolerate being stopped anywhere and started again. The watchdog is a
 * thread, which costs about a sixth of a millisecond.
 * @throws OutOfTime
 */
export function runWithTimeout<Result>({ limitMs, work, usedMs = threadMs }: RunWithTimeout<Result>): Result {
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
        // The work is not at fault if other threads had the processor, or the machine slept.
        if (usedMs() - startedMs < limitMs / 2) continue
        throw new OutOfTime(limitMs)
      }
    } finally {
      watched.sandbox.run = undefined
    }
    // It may be stopped when it has just ended.
    if (outcome !== undefined) return outcome.result
  }
}

interface RunWithTimeout<Result> {
  limitMs: number
  work: () => Result
  /** This thread's CPU time so far. */
  usedMs?: () => number
}

/** This thread's CPU time, without other threads'. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Created on first use and kept, because a context takes milliseconds. */
let watched: ReturnType<typeof createWatched> | undefined

function createWatched() {
  const sandbox: { run: (() => void) | undefined } = { run: undefined }
  return { sandbox, context: createContext(sandbox), script: new Script('run()') }
}

/** The error belongs to the context, which has an `Error` of its own. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
