import type { IncomingMessage, Server } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { RefusalCache } from './protocols/refusal-cache.ts'
import { repeatRefusals } from './repeat-refusals.ts'

type FetchCallback = Parameters<typeof serve>[0]['fetch']

/** Longer than a load balancer keeps an idle connection, so that it never sends a request into one that just closed. */
export const keepAliveMs = 75_000

interface ListenOptions {
  fetch: (request: Request) => Response | Promise<Response>
  /** What is refused again before it gets to `fetch`. */
  refusals?: RefusalCache
  port: number
  onListening?: (port: number) => void
}

/** The service's server, as it stands behind a load balancer. */
export function listen({ fetch, refusals, port, onListening }: ListenOptions): Server {
  const guarded = withoutMetricsForStrangers(fetch)
  // Node wants the headers of a kept connection's next request within the longer of the two.
  const serverOptions = { keepAliveTimeout: keepAliveMs, headersTimeout: keepAliveMs + 5000 }
  const { createServer, keep } = repeatRefusals(() => refusals)
  const asked = (request: Request, { incoming }: { incoming: IncomingMessage }) => {
    // A second app costs every request its way through it; only these may name the numbers, in whatever spelling.
    const response = /metrics|%/i.test(request.url) ? guarded.fetch(request) : fetch(request)
    return keep({ request, incoming, response })
  }
  return serve({ fetch: asked as FetchCallback, port, serverOptions, createServer }, (address) =>
    onListening?.(address.port),
  ) as Server
}

/**
 * The collector asks the replica itself; what came through a load balancer says so in a header. A rule on paths in
 * front of the service is not enough: `/%6detrics` and `/v1/../metrics` are `/metrics` here.
 */
function withoutMetricsForStrangers(fetch: ListenOptions['fetch']): Hono {
  const app = new Hono()
  app.get('/metrics', async (context, next) => {
    if (context.req.header('x-forwarded-for') === undefined) return next()
    return context.json({ error: 'Not Found' }, 404)
  })
  app.all('*', (context) => fetch(context.req.raw))
  return app
}
