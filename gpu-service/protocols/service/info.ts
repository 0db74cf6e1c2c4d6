import { Hono } from 'hono'
import { authenticate } from '../../../shared/auth/middleware.ts'
import { servedAs } from '../../../shared/model/served-tasks.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'

/** `GET /info`: what this replica serves and how, by deployment. */
export function infoRoutes({ verify, router }: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.get('/info', authenticate(verify), (context) =>
    context.json({
      deployments: router.list(context.get('principal')).map(({ item, state, reason, served, limits }) => ({
        name: item.name,
        repo: item.repo,
        ref: item.ref,
        revision: item.revision,
        file: item.file,
        task: servedAs(item.task),
        ...(item.pipelineTag !== undefined && { pipelineTag: item.pipelineTag }),
        state,
        ...(reason !== undefined && { reason }),
        inFlight: limits?.slots.taken ?? 0,
        ...(served !== undefined && {
          queued: served.queues.reduce((total, { depth }) => total + depth, 0),
          ...served.describe,
        }),
      })),
    }),
  )
  return app
}
