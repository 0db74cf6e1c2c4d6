import { Hono } from 'hono'
import { Gauge } from 'prom-client'
import { expect, it } from 'vitest'
import { probeRoutes } from '../../../../gpu-service/protocols/service/probes.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { countTurns } from '../../../support/count-turns.ts'

it('/metrics yields the event loop between the metrics of many deployments', async () => {
  const metrics = createMetrics()
  for (let at = 0; at < 20; at++)
    new Gauge({
      name: `slow_${at}`,
      help: 'One that takes three milliseconds.',
      registers: [metrics.registry],
      collect() {
        const untilMs = performance.now() + 3
        while (performance.now() < untilMs);
        this.set(at)
      },
    })
  const app = new Hono().route('/', probeRoutes({ metrics, readiness: { reason: () => undefined } } as never))
  const turns = countTurns()
  const answer = await app.request('/metrics')
  expect(turns()).toBeGreaterThan(5)
  // The same text as the registry gives in one piece.
  expect(await answer.text()).toBe(await metrics.registry.metrics())
  expect(answer.headers.get('content-type')).toBe(metrics.registry.contentType)
})
