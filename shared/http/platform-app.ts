import { OpenAPIHono } from '@hono/zod-openapi'
import { authenticate, identify } from '../auth/middleware.ts'
import type { Verifier } from '../auth/verify.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { defaultQuotas, type Quotas } from '../table/quotas.ts'
import type { Table } from '../table/table.ts'
import { announceWrites } from './announce-writes.ts'
import { recordWrites } from './audit.ts'
import { matchActions } from './audit-actions.ts'
import { actionsOf } from './audit-platform-actions.ts'
import { conditionalReads } from './conditional.ts'
import type { HttpEnvironment } from './context.ts'
import { platformEnvelope } from './envelopes.ts'
import { answerErrors } from './error-handler.ts'
import { onceOnly } from './idempotency.ts'
import { limitBody, refuseDuplicateNames, validationError } from './json-body.ts'
import { noRoute } from './no-route.ts'
import { limitRequests } from './rate-limit.ts'
import { requestScope } from './request-scope.ts'
import { type DescribedRoute, routeAccess } from './route-access.ts'

export interface PlatformAppOptions {
  table: Table
  verify: Verifier
  log: Logger
  metrics: Metrics
  /** What owners may have. @default defaultQuotas */
  quotas?: Quotas | undefined
  now?: (() => Date) | undefined
}

interface ContractedAppOptions extends PlatformAppOptions {
  /** Of the contract, all that it answers. An app that has few of them is told no others: they would all be loaded with it. */
  routes: Record<string, DescribedRoute>
}

const bodyMaxBytes = 1024 ** 2

/** What a fault is said of that no single field has. */
const wholeOf: Partial<Record<string, string>> = { query: 'The query', param: 'The path', header: 'The headers' }

/**
 * An app of the platform API: request ids, log lines, every write recorded, tokens before anything else as the contract
 * says of each route, quotas of requests, creations once for each `Idempotency-Key`, errors in one envelope.
 */
export function createPlatformApp({
  routes,
  table,
  verify,
  log,
  metrics,
  quotas = defaultQuotas,
  now = () => new Date(),
}: ContractedAppOptions): OpenAPIHono<HttpEnvironment> {
  const app = new OpenAPIHono<HttpEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw validationError(result.error, wholeOf[result.target])
    },
  })
  app.use(requestScope({ log, metrics }))
  const answerError = answerErrors(platformEnvelope, metrics)
  app.onError(answerError)
  // Returned, not thrown: what is thrown here passes the request scope by, and its id with it.
  app.notFound((context) => answerError(noRoute(app, context).error, context))
  app.use('/api/v1/*', conditionalReads())
  const audit = { table, actionOf: matchActions(actionsOf(routes)), now }
  app.use('/api/v1/*', recordWrites(audit))
  const accessOf = routeAccess(Object.values(routes))
  const passes = { required: authenticate(verify), optional: identify(verify) }
  app.use('/api/v1/*', async (context, next) => {
    const access = context.req.path === '/api/v1/openapi.json' ? 'open' : accessOf(context.req)
    return access === 'open' ? next() : passes[access](context, next)
  })
  app.use('/api/v1/*', limitRequests({ table, quotas, now }))
  app.use('/api/v1/*', announceWrites(audit))
  app.use('/api/v1/*', limitBody(bodyMaxBytes))
  app.use('/api/v1/*', refuseDuplicateNames)
  app.use('/api/v1/*', onceOnly({ table, now }))
  return app
}
