import { Hono } from 'hono'
import { platformEnvelope } from '../shared/http/envelopes.ts'
import { answerErrors } from '../shared/http/error-handler.ts'
import { noRoute } from '../shared/http/no-route.ts'
import { requestScope } from '../shared/http/request-scope.ts'
import { StaticFirstRouter } from '../shared/http/static-first-router.ts'
import { anthropicRoutes } from './protocols/anthropic/anthropic.ts'
import { oipRoutes } from './protocols/oip/oip.ts'
import { openaiAliases, openaiAliasPaths, openaiRoutes } from './protocols/openai/openai.ts'
import { answerAs, answerAsAsked } from './protocols/protocol-errors.ts'
import { rerankRoutes } from './protocols/rerank/rerank.ts'
import { infoRoutes } from './protocols/service/info.ts'
import { probeRoutes } from './protocols/service/probes.ts'
import type { ServingEnvironment } from './protocols/serving-environment.ts'
import type { ServingParts } from './protocols/serving-parts.ts'
import { ShadowRequests } from './protocols/shadow-requests.ts'
import { singleModelRoutes } from './protocols/single-model.ts'
import { teiRootPaths, teiRoutes } from './protocols/tei/tei.ts'

/** Every protocol for calling models, on one port. */
export function createServingApp(parts: ServingParts): Hono<ServingEnvironment> {
  const { log, metrics } = parts
  const app = new Hono<ServingEnvironment>({ router: new StaticFirstRouter() })
  app.use(requestScope({ log, metrics }))
  const answerError = answerAsAsked(answerErrors(platformEnvelope, metrics))
  app.onError(answerError)
  app.notFound((context) => {
    const { error, instead } = noRoute(app, context)
    answerAs(context, instead)
    return answerError(error, context)
  })
  app.route('/', probeRoutes(parts))
  app.route('/', infoRoutes(parts))
  app.route('/', protocolRoutes({ ...parts, shadows: new ShadowRequests({ parts, routes: protocolRoutes }) }))
  return app
}

/** The routes that call models. */
function protocolRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.route('/', rerankRoutes(parts))
  app.route('/v1', anthropicRoutes(parts))
  app.route('/v1', openaiRoutes(parts))
  app.route('/', oipRoutes(parts))
  app.route('/', singleModelRoutes(parts))
  app.route('/', teiRoutes(parts, { isRoot: true }))
  app.route('/', openaiAliases(parts))
  return app
}

/** Whether a path belongs to this app, for a host that serves several on one port. */
export const isServingPath = (path: string, method: string): boolean =>
  rootPaths.has(path) ||
  (path === '/' && method === 'POST') ||
  /^\/(?:v1\/|v2(?:\/|$)|models\/|api\/v1\/predict\/|(?:health|ready|info|metrics)$)/.test(path)

const rootPaths = new Set([...teiRootPaths, ...openaiAliasPaths])
