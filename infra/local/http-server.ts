import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createHttpServer } from '../../gpu-service/create-http-server.ts'
import type { RefusalsOfNow } from '../../gpu-service/repeat-refusals.ts'
import { leaveServer } from '../../shared/http/leave-server.ts'
import { isCode } from '../../shared/objects/write-checked.ts'
import type { Fetch } from './dispatch.ts'
import { endStalled } from './end-stalled.ts'
import { isWildcard, networkUrl } from './network-url.ts'

/** Long enough for a busy client to learn from an answer that its connection ends. */
const drainMs = 500

const headersMs = 60_000

interface HttpServer {
  url: string
  /** The address for others on the network, where it listens for them. */
  networkUrl: string | undefined
  /** Refuses new connections, finishes running requests, and cuts the rest after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Listens before anything else starts, so that a busy port is reported at once. @throws Error with a way out */
export async function listen({
  port,
  hostname,
  fetch,
  refusals,
  stalledMs = 60_000,
}: ListenOptions): Promise<HttpServer> {
  const server = createHttpServer({ fetch, refusals })
  endStalled({ server, stalledMs, headersMs })
  server.listen(port, hostname)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (isCode(error, 'EADDRINUSE'))
      throw new Error(`Port ${port} is already in use. Start on another one: PORT=${port + 1} npm start`, {
        cause: error,
      })
    if (isCode(error, 'EACCES'))
      throw new Error(`Port ${port} needs more rights than this user has. Choose one above 1023: PORT=8000 npm start`, {
        cause: error,
      })
    if (isCode(error, 'EADDRNOTAVAIL') || isCode(error, 'ENOTFOUND'))
      throw new Error(
        `"${hostname}" is not an address of this machine. Leave HOST out, or, for colleagues: HOST=0.0.0.0 npm start`,
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

/** The host name in a URL. */
function shown(hostname: string): string {
  if (isWildcard(hostname)) return 'localhost'
  return isIPv6(hostname) ? `[${hostname}]` : hostname
}

interface ListenOptions {
  port: number
  hostname: string
  fetch: Fetch
  /** Refusals that are repeated before they reach `fetch`. */
  refusals: RefusalsOfNow
  /** How long a request may receive nothing. */
  stalledMs?: number
}
