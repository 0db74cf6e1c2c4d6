import { createRoute, z } from '@hono/zod-openapi'
import { failures, json, openSecurity, security } from './route-parts.ts'

const tags = ['service']

/** Routes about a replica itself, not a model. */
export const serviceRoutes = {
  health: createRoute({
    method: 'get',
    path: '/health',
    tags,
    summary: 'Whether the process is alive',
    security: openSecurity,
    responses: { 200: json(z.object({ status: z.literal('ok') }), 'It is.') },
  }),
  ready: createRoute({
    method: 'get',
    path: '/ready',
    tags,
    summary: 'Whether it should be sent requests',
    security: openSecurity,
    responses: {
      200: json(z.object({ status: z.literal('ready') }), 'It should.'),
      503: json(
        z.object({ status: z.literal('not ready'), reason: z.string() }),
        'It is loading deployments or shutting down; it still answers requests as well as it can.',
      ),
    },
  }),
  info: createRoute({
    method: 'get',
    path: '/info',
    tags,
    summary: 'What it serves and how, by deployment',
    security,
    responses: {
      200: json(
        z.object({
          deployments: z.array(
            z.looseObject({
              name: z.string(),
              repo: z.string(),
              ref: z.string(),
              revision: z.string(),
              file: z.string(),
              task: z.string(),
              state: z.string(),
              reason: z.string().optional(),
              inFlight: z.number().int().openapi({ description: 'Requests under way.' }),
              queued: z.number().int().optional(),
            }),
          ),
        }),
        'The deployments that the caller may call or read.',
      ),
      ...failures,
    },
  }),
  metrics: createRoute({
    method: 'get',
    path: '/metrics',
    tags,
    summary: 'The metrics of this process, for Prometheus; not available through a load balancer',
    security: openSecurity,
    responses: { 200: { content: { 'text/plain': { schema: z.string() } }, description: 'In its text format.' } },
  }),
}
