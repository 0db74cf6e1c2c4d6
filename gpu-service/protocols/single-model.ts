import { Hono } from 'hono'
import { anthropicRoutes } from './anthropic/anthropic.ts'
import { openaiAliases, openaiRoutes } from './openai/openai.ts'
import { pipelineRoutes } from './pipeline/pipeline.ts'
import { rerankRoutes } from './rerank/rerank.ts'
import { modelFromPath } from './routing.ts'
import type { ServingEnvironment } from './serving-environment.ts'
import type { ServingParts } from './serving-parts.ts'
import { teiRoutes } from './tei/tei.ts'

/**
 * Base paths of one model: a deployment's name, or `owner/name` with a plain or encoded slash, each with an optional
 * `@ref`. Below it a client finds every protocol that only knows one model.
 */
const bases = [
  { path: '/models/:id{[^/]+%2[fF][^/]+}', params: ['id'] },
  { path: '/models/:owner/:name', params: ['owner', 'name'] },
  { path: '/api/v1/predict/:deployment', params: ['deployment'] },
  { path: '/api/v1/predict/:owner/:name', params: ['owner', 'name'] },
] as const

/** The routes of one model, mounted below each base path. */
export function singleModelRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  const protocols = new Hono<ServingEnvironment>()
  protocols.route('/', rerankRoutes(parts))
  protocols.route('/v1', anthropicRoutes(parts))
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
