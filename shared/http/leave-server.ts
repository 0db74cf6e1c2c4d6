import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

interface LeaveServer {
  server: Server
  /** How long new connections are still accepted, while each answer closes its own. */
  drainMs: number
  /** After this long, all connections are cut. */
  graceMs?: number
}

/**
 * Closes a server without losing a request: each answer tells its client to reconnect elsewhere, and only connections
 * that stay idle for `drainMs` are closed from this side.
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
