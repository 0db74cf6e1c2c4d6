import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { type RefusalCache, wasRefused } from './protocols/refusal-cache.ts'

/** The refusals of now; none while what refuses is not there yet. */
export type RefusalsOfNow = () => RefusalCache | undefined

/** What a server needs of its host to repeat refusals: the way in, before an app is asked, and the way out of one. */
export function repeatRefusals(refusals: RefusalsOfNow) {
  const repeating = (options: ServerOptions, listener: RequestListener): Server =>
    createServer(options, (incoming, outgoing) => {
      if (refusals()?.repeat(incoming, outgoing) !== true) listener(incoming, outgoing)
    })
  return {
    createServer: repeating as typeof createServer,
    keep: async ({ request, incoming, response: answer }: KeptAnswer): Promise<Response> => {
      const response = await answer
      return wasRefused(request) ? (refusals()?.keep({ request, incoming, response }) ?? response) : response
    },
  }
}

interface KeptAnswer {
  request: Request
  incoming: IncomingMessage
  response: Response | Promise<Response>
}
