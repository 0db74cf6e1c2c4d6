import { Hono } from 'hono'
import { yieldTurnFor } from '../../yield-turn.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'

/** For load balancers and Prometheus, without a token: liveness, readiness, metrics. */
export function probeRoutes({ readiness, metrics }: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.get('/ready', (context) => {
    const reason = readiness.reason()
    return reason === undefined ? context.json({ status: 'ready' }) : context.json({ status: 'not ready', reason }, 503)
  })
  app.get('/metrics', async (context) => {
    const { registry } = metrics
    const yieldTurn = yieldTurnFor(context.req.raw.signal)
    const texts: string[] = []
    // One by one, because those of hundreds of deployments are a megabyte and the library builds them at once.
    for (const metric of registry.getMetricsAsArray()) {
      texts.push(await registry.getSingleMetricAsString(metric.name))
      await yieldTurn()
    }
    return context.text(`${texts.join('\n\n')}\n`, 200, { 'content-type': registry.contentType })
  })
  return app
}
