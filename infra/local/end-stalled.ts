import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { asText } from '../../gpu-service/malformed-requests.ts'
import { errors } from '../../shared/errors.ts'

interface Exchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
  /** The bytes received when it was last seen waiting. */
  bytesSeen?: number | undefined
}

/**
 * Ends requests that receive nothing for `stalledMs`, rather than limiting their total time: a large file over a slow
 * line may take longer than any useful limit. Headers are small and have a total limit.
 */
export function endStalled({ server, stalledMs, headersMs }: EndStalled): void {
  server.requestTimeout = 0
  // Node's default is the lesser of a minute and the request's total limit, which is disabled here.
  server.headersTimeout = headersMs
  // Checked twice, because its reader may have been the cause until just before the first check.
  const lookMs = stalledMs / 2
  server.timeout = lookMs
  const exchanges = new WeakMap<Socket, Exchange>()
  server.on('request', (incoming, outgoing) => exchanges.set(incoming.socket, { incoming, outgoing }))
  server.on('timeout', (socket: Socket) => {
    const exchange = exchanges.get(socket)
    if (exchange === undefined) return
    const { incoming, outgoing } = exchange
    if (incoming.complete) {
      // Either idle between requests, or waiting for an answer.
      if (outgoing.writableFinished) socket.destroy()
      return
    }
    const isFull = incoming.readableLength >= incoming.readableHighWaterMark
    const bytesSeen = isFull ? undefined : socket.bytesRead
    if (bytesSeen !== undefined && exchange.bytesSeen === bytesSeen) {
      if (!outgoing.headersSent) socket.write(asText(errors.requestTimedOut()))
      return socket.destroySoon()
    }
    exchange.bytesSeen = bytesSeen
    socket.setTimeout(lookMs)
  })
}

interface EndStalled {
  server: Server
  stalledMs: number
  headersMs: number
}
