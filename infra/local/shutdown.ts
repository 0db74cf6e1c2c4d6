import type { Logger } from '../../shared/log.ts'

export interface Phase {
  name: string
  run: () => Promise<void> | void
}

/**
 * Runs the phases in order on SIGTERM or SIGINT and exits; a phase that fails is logged and does not stop the next.
 * A second signal exits at once.
 */
export function shutDownOnSignal({ phases, log }: { phases: readonly Phase[]; log: Logger }): {
  stop(exitCode: number): void
} {
  let stopping = false
  const stop = async (exitCode: number) => {
    if (stopping) return process.exit(130)
    stopping = true
    for (const { name, run } of phases) {
      const started = performance.now()
      try {
        await run()
        log.debug({ phase: name, durationMs: Math.round(performance.now() - started) }, `shut down: ${name}`)
      } catch (error) {
        log.error({ phase: name, err: error }, `shut down: ${name} failed`)
      }
    }
    log.info('stopped')
    process.exit(exitCode)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      log.info({ signal }, 'stopping: finishing what is in flight (again to stop at once)')
      void stop(0)
    })
  return { stop: (exitCode) => void stop(exitCode) }
}
