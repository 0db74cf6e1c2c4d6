import type { Server } from 'node:http'
import { leaveServer } from '../shared/http/leave-server.ts'
import type { Logger } from '../shared/log.ts'
import type { Serving } from './serving.ts'

interface DrainOptions {
  server: Server
  serving: Serving
  log: Logger
  /** How long connections are still accepted, so that a load balancer sees `/ready` fail before one is refused. */
  drainMs: number
  /** The limit of the whole shutdown. */
  graceMs: number
  exit: (code: number) => void
}

/**
 * On SIGTERM or SIGINT: `/ready` fails while requests are answered for `drainMs`, then connections are refused, running
 * requests finish, and the models are released. A second signal or the end of the grace period forces the exit.
 */
export function drainOnSignal({ server, serving, log, drainMs, graceMs, exit }: DrainOptions): void {
  let isLeaving = false
  const leave = async (signal: NodeJS.Signals) => {
    if (isLeaving) return exit(1)
    isLeaving = true
    log.info({ signal }, 'stopping: finishing running requests')
    setTimeout(() => exit(1), graceMs).unref()
    await Promise.all([serving.drain(), leaveServer({ server, drainMs })])
    await serving.close()
    exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      leave(signal).catch((error) => {
        log.error({ err: error }, 'the shutdown failed')
        exit(1)
      })
    })
}
