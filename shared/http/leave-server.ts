import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

interface LeaveServer {
  server: Server
  /** How long connections are still accepted, while every answer tells its connection to end. */
  drainMs: number
  /** After so long, connections are cut whatever they do. */
  graceMs?: number
}

/**
 * Closes a server without losing a request: a client that keeps its connection is told with its next answer that it
 * ends, so that it asks elsewhere; only connections that ask nothing for `drainMs` are ended unasked.
 */
export async function leaveServer({ server, drainMs, graceMs }: LeaveServer): Promise<void> {
  const closed = once(server, 'close')
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
  if (drainMs > 0) await pause(drainMs)
  server.close()
  const sweep = setInterval(() => server.closeIdleConnections(), 500)
  const force = graceMs === undefined ? undefined : setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(force)
}
