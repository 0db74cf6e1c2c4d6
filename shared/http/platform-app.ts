import { OpenAPIHono } from '@hono/zod-openapi'
import { authenticate, identify } from '../auth/middleware.ts'
import type { Verifier } from '../auth/verify.ts'
import { errors } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Quotas } from '../table/quotas.ts'
import type { HttpEnvironment } from './context.ts'
import { platformEnvelope } from './envelopes.ts'
import { answerErrors } from './error-handler.ts'
import { limitBody, validationError } from './json-body.ts'
import { requestScope } from './request-scope.ts'
import { routeAccess } from './route-access.ts'

export interface PlatformAppOptions {
  verify: Verifier
  log: Logger
  metrics: Metrics
  /** What owners may have. @default defaultQuotas */
  quotas?: Quotas | undefined
}

const bodyMaxBytes = 1024 ** 2

/** An app of the platform API: request ids, log lines, tokens before anything else as the contract says of each route, errors in one envelope. */
export function createPlatformApp({ verify, log, metrics }: PlatformAppOptions): OpenAPIHono<HttpEnvironment> {
  const app = new OpenAPIHono<HttpEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw validationError(result.error)
    },
  })
  app.use(requestScope({ log, metrics }))
  app.onError(answerErrors(platformEnvelope, metrics))
  // Returned, not thrown: what is thrown here passes the request scope by, and its id with it.
  app.notFound((context) => {
    const error = errors.routeNotFound(context.req.method, context.req.path)
    return context.json(platformEnvelope(error, context.get('requestId')), 404)
  })
  const accessOf = routeAccess()
  const passes = { required: authenticate(verify), optional: identify(verify) }
  app.use('/api/v1/*', async (context, next) => {
    const access = context.req.path === '/api/v1/openapi.json' ? 'open' : accessOf(context.req)
    return access === 'open' ? next() : passes[access](context, next)
  })
  app.use('/api/v1/*', limitBody(bodyMaxBytes))
  return app
}
