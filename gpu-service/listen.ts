import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { createHttpServer } from './create-http-server.ts'
import type { RefusalCache } from './protocols/refusal-cache.ts'

/** Longer than a load balancer's idle timeout, so that it never sends a request over a connection that just closed. */
export const keepAliveMs = 75_000

interface ListenOptions {
  fetch: (request: Request) => Response | Promise<Response>
  /** Refusals that are repeated before they reach `fetch`. */
  refusals?: RefusalCache
  port: number
  onListening?: (port: number) => void
}

/** The service's HTTP server, behind a load balancer. */
export function listen({ fetch, refusals, port, onListening }: ListenOptions): Server {
  const guarded = withoutMetricsForStrangers(fetch)
  // Node waits for the next request's headers for the longer of the two.
  const options = { keepAliveTimeout: keepAliveMs, headersTimeout: keepAliveMs + 5000 }
  // A second app would cost every request time; only these paths can spell "metrics".
  const guardedFetch = (request: Request) => (/metrics|%/i.test(request.url) ? guarded.fetch(request) : fetch(request))
  const server = createHttpServer({ fetch: guardedFetch, refusals: () => refusals, options })
  return server.listen(port, () => onListening?.((server.address() as AddressInfo).port))
}

/**
 * Hides `/metrics` from requests through a load balancer, which adds a header; the collector asks the replica directly.
 * A path rule in front is not enough, because `/%6detrics` and `/v1/../metrics` are `/metrics` here.
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
