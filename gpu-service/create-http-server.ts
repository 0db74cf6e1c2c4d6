import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { errors } from '../shared/errors.ts'
import { addressFault, answerMalformed, answerOutside, responseTo } from './malformed-requests.ts'
import { type RefusalsOfNow, repeatRefusals } from './repeat-refusals.ts'

interface HttpServerOptions {
  fetch: (request: Request, connection: { incoming: IncomingMessage }) => Response | Promise<Response>
  /** Refusals that are repeated before they reach `fetch`. */
  refusals: RefusalsOfNow
  options?: ServerOptions
}

type FetchCallback = Parameters<typeof getRequestListener>[0]

/** The HTTP server of both hosts. Every request gets an answer that says what is wrong, also one that no app can read. */
export function createHttpServer({ fetch, refusals, options = {} }: HttpServerOptions): Server {
  const { createServer, keep } = repeatRefusals(refusals)
  const asked = (request: Request, { incoming }: { incoming: IncomingMessage }) =>
    keep({ request, incoming, response: fetch(request, { incoming }) })
  // Health checks by HTTP/1.0 have no Host, of which an address could be made.
  const listener = getRequestListener(asked as FetchCallback, { hostname: 'localhost', errorHandler: answerUnread })
  const server = createServer({ ...options, requireHostHeader: false }, (incoming, outgoing) => {
    const fault = addressFault(incoming)
    if (fault === undefined) return void listener(incoming, outgoing)
    answerOutside(outgoing, errors.malformedRequest(fault))
  })
  answerMalformed(server)
  return server
}

/** Answers a request whose address could not be read, such as `*`. */
const answerUnread = (thrown: unknown): Response =>
  responseTo((requestId) =>
    thrown instanceof RequestError
      ? errors.malformedRequest(lowerFirst(thrown.message))
      : errors.internal(requestId, thrown),
  )

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
