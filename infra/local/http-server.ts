import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createAdaptorServer } from '@hono/node-server'
import { type RefusalsOfNow, repeatRefusals } from '../../gpu-service/repeat-refusals.ts'
import { leaveServer } from '../../shared/http/leave-server.ts'
import { isCode } from '../../shared/objects/write-checked.ts'
import type { Fetch } from './dispatch.ts'
import { endStalled } from './end-stalled.ts'
import { isWildcard, networkUrl } from './network-url.ts'

/** Long enough for a busy client to hear with an answer that its connection ends. */
const drainMs = 500

const headersMs = 60_000

interface HttpServer {
  url: string
  /** Where others on the network find it, where it listens for them at every address. */
  networkUrl: string | undefined
  /** Takes no new connections, lets the requests in flight end, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Listens before anything else is started, so that a busy port is said at once. @throws Error naming the way out */
export async function listen({
  port,
  hostname,
  fetch,
  refusals,
  stalledMs = 60_000,
}: ListenOptions): Promise<HttpServer> {
  const { createServer, keep } = repeatRefusals(refusals)
  const asked = (request: Request, connection: Connection) =>
    keep({ request, incoming: connection.incoming, response: fetch(request, connection) })
  const server = createAdaptorServer({ fetch: asked as FetchCallback, createServer }) as Server
  endStalled({ server, stalledMs, headersMs })
  server.listen(port, hostname)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (isCode(error, 'EADDRINUSE'))
      throw new Error(`Port ${port} is in use already. Start on another one: PORT=${port + 1} npm start`, {
        cause: error,
      })
    if (isCode(error, 'EACCES'))
      throw new Error(`Port ${port} needs more rights than this user has. Choose one above 1023: PORT=8000 npm start`, {
        cause: error,
      })
    if (isCode(error, 'EADDRNOTAVAIL') || isCode(error, 'ENOTFOUND'))
      throw new Error(
        `"${hostname}" is no address of this machine. Leave HOST out, or, for colleagues: HOST=0.0.0.0 npm start`,
        { cause: error },
      )
    throw error
  }
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${shown(hostname)}:${actual}`,
    networkUrl: networkUrl({ hostname, port: actual, interfaces: networkInterfaces() }),
    close: (graceMs) => leaveServer({ server, drainMs, graceMs }),
  }
}

/** As it stands in a URL. */
function shown(hostname: string): string {
  if (isWildcard(hostname)) return 'localhost'
  return isIPv6(hostname) ? `[${hostname}]` : hostname
}

interface ListenOptions {
  port: number
  hostname: string
  fetch: Fetch
  /** What is refused again before it gets to `fetch`. */
  refusals: RefusalsOfNow
  /** How long a request may stand still while it comes in. */
  stalledMs?: number
}

type FetchCallback = Parameters<typeof createAdaptorServer>[0]['fetch']
type Connection = { incoming: IncomingMessage }
