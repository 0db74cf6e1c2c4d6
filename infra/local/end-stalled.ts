import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface Exchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
  /** What had come when it was last seen waiting for more. */
  bytesSeen?: number | undefined
}

/** As Node says it itself of a request that takes too long. */
const timedOut = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

/**
 * Lets a request take as long as it comes in, and ends one of which nothing comes for `stalledMs`: a large file over a
 * slow line takes longer than any limit on the whole that would still keep out those who stand still. Headers are small
 * and have a limit on the whole.
 */
export function endStalled({ server, stalledMs, headersMs }: EndStalled): void {
  server.requestTimeout = 0
  // Node's default is the lesser of a minute and the limit on the whole request, which is none here.
  server.headersTimeout = headersMs
  // Looked at twice, because what kept it up may have been its reader until just before the first time.
  const lookMs = stalledMs / 2
  server.timeout = lookMs
  const exchanges = new WeakMap<Socket, Exchange>()
  server.on('request', (incoming, outgoing) => exchanges.set(incoming.socket, { incoming, outgoing }))
  server.on('timeout', (socket: Socket) => {
    const exchange = exchanges.get(socket)
    if (exchange === undefined) return
    const { incoming, outgoing } = exchange
    if (incoming.complete) {
      // Nothing is asked any more, or the answer takes its time.
      if (outgoing.writableFinished) socket.destroy()
      return
    }
    const isFull = incoming.readableLength >= incoming.readableHighWaterMark
    const bytesSeen = isFull ? undefined : socket.bytesRead
    if (bytesSeen !== undefined && exchange.bytesSeen === bytesSeen) {
      if (!outgoing.headersSent) socket.write(timedOut)
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
