import { Hono } from 'hono'
import { openaiAliases, openaiRoutes } from './openai/openai.ts'
import { pipelineRoutes } from './pipeline/pipeline.ts'
import { rerankRoutes } from './rerank/rerank.ts'
import { modelFromPath } from './routing.ts'
import type { ServingEnvironment } from './serving-environment.ts'
import type { ServingParts } from './serving-parts.ts'
import { teiRoutes } from './tei/tei.ts'

/**
 * Base paths that stand for one model: a deployment's name, or `owner/name` with its slash plain or encoded, each with
 * `@ref` or without. A client is told one of them and finds below it every protocol that knows only one model.
 */
const bases = [
  { path: '/models/:id{[^/]+%2[fF][^/]+}', params: ['id'] },
  { path: '/models/:owner/:name', params: ['owner', 'name'] },
  { path: '/api/v1/predict/:deployment', params: ['deployment'] },
  { path: '/api/v1/predict/:owner/:name', params: ['owner', 'name'] },
] as const

/** What one model is asked by, mounted below each base path. */
export function singleModelRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  const protocols = new Hono<ServingEnvironment>()
  protocols.route('/', rerankRoutes(parts))
  protocols.route('/v1', openaiRoutes(parts))
  protocols.route('/', teiRoutes(parts, { isRoot: false }))
  protocols.route('/', openaiAliases(parts))
  protocols.route('/', pipelineRoutes(parts))
  for (const { path, params } of bases) {
    const base = new Hono<ServingEnvironment>()
    base.use(modelFromPath((context) => params.map((name) => context.req.param(name)).join('/')))
    base.route('/', protocols)
    app.route(path, base)
  }
  return app
}
