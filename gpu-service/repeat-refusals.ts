import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { type RefusalCache, wasRefused } from './protocols/refusal-cache.ts'

/** The current refusal cache; `undefined` during startup. */
export type RefusalsOfNow = () => RefusalCache | undefined

/** The hooks by which a server repeats refusals: one before the app, one after it. */
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
