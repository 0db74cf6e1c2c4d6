import type { Logger } from '../../shared/log.ts'

interface Phase {
  name: string
  run: () => Promise<void> | void
}

/**
 * Runs the phases in order on SIGTERM or SIGINT and exits; a failing phase is logged and does not stop the next. A
 * second signal exits at once.
 */
export function shutDownOnSignal({ phases, endsWithParent, log }: ShutdownOptions): {
  stop(exitCode: number): void
} {
  let stopping = false
  let failed = false
  const stop = async (exitCode: number) => {
    // A model that never finishes blocks its thread, and with it every gentler exit.
    if (stopping) return process.kill(process.pid, 'SIGKILL')
    stopping = true
    for (const { name, run } of phases) {
      const started = performance.now()
      try {
        await run()
        log.debug({ phase: name, durationMs: Math.round(performance.now() - started) }, `shut down: ${name}`)
      } catch (error) {
        failed = true
        log.error({ phase: name, err: error }, `shut down: ${name} failed`)
      }
    }
    log.info('stopped')
    // A stuck thread would block a gentler exit forever.
    if (failed) process.kill(process.pid, 'SIGKILL')
    process.exit(exitCode)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      log.info({ signal }, 'stopping: finishing running requests (again to stop at once)')
      void stop(0)
    })
  if (endsWithParent) onceOrphaned(() => void stop(0), log)
  return { stop: (exitCode) => void stop(exitCode) }
}

interface ShutdownOptions {
  phases: readonly Phase[]
  /** Whether the end of the parent process ends this one, too. */
  endsWithParent: boolean
  log: Logger
}

/** The shell between npm and this process forwards no signals, so npm's end only shows as a change of parent. */
function onceOrphaned(act: () => void, log: Logger) {
  const { ppid } = process
  const watch = setInterval(() => {
    if (process.ppid === ppid) return
    clearInterval(watch)
    log.info('stopping: the process that started this one has ended')
    act()
  }, 500)
  watch.unref()
}
