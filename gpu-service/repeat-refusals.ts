import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { RepeatedRefusals } from './protocols/repeated-refusals.ts'

/** The refusals of now; none while what refuses is not there yet. */
export type RefusalsOfNow = () => RepeatedRefusals | undefined

/** What a server needs of its host to repeat refusals: the way in, before an app is asked, and the way out of one. */
export function repeatRefusals(refusals: RefusalsOfNow) {
  const repeating = (options: ServerOptions, listener: RequestListener): Server =>
    createServer(options, (incoming, outgoing) => {
      if (refusals()?.repeat(incoming, outgoing) !== true) listener(incoming, outgoing)
    })
  return {
    createServer: repeating as typeof createServer,
    async keep(answered: KeptAnswer): Promise<Response> {
      const { request, incoming } = answered
      const response = await answered.response
      return refusals()?.keep({ request, incoming, response }) ?? response
    },
  }
}

interface KeptAnswer {
  request: Request
  incoming: IncomingMessage
  response: Response | Promise<Response>
}
