import { Hono } from 'hono'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'

/** For load balancers and Prometheus, without a token: is the process alive, should it be sent requests, its numbers. */
export function probeRoutes({ readiness, metrics }: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.get('/ready', (context) => {
    const reason = readiness.reason()
    return reason === undefined ? context.json({ status: 'ready' }) : context.json({ status: 'not ready', reason }, 503)
  })
  app.get('/metrics', async (context) => {
    const { registry } = metrics
    return context.text(await registry.metrics(), 200, { 'content-type': registry.contentType })
  })
  return app
}
