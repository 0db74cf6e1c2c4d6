import type { Server } from 'node:http'
import { leaveServer } from '../shared/http/leave-server.ts'
import type { Logger } from '../shared/log.ts'
import type { Serving } from './serving.ts'

interface DrainOptions {
  server: Server
  serving: Serving
  log: Logger
  /** How long connections are still accepted, so that a load balancer sees `/ready` say no before one is refused. */
  drainMs: number
  /** The most time that the whole end may take. */
  graceMs: number
  exit: (code: number) => void
}

/**
 * On SIGTERM or SIGINT: `/ready` says no and requests are still answered for `drainMs`, then no connection is accepted,
 * what is in flight is answered, the models are given back. A second signal, or the end of the grace, forces the exit.
 */
export function drainOnSignal({ server, serving, log, drainMs, graceMs, exit }: DrainOptions): void {
  let isLeaving = false
  const leave = async (signal: NodeJS.Signals) => {
    if (isLeaving) return exit(1)
    isLeaving = true
    log.info({ signal }, 'leaving: what is in flight is finished first')
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
