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
import { describeIssues } from './describe-issues.ts'
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
  /** The default quotas of owners. @default defaultQuotas */
  quotas?: Quotas | undefined
  now?: (() => Date) | undefined
}

interface ContractedAppOptions extends PlatformAppOptions {
  /** The part of the contract that the app answers. Passing only those keeps the rest out of its bundle. */
  routes: Record<string, DescribedRoute>
}

const bodyMaxBytes = 1024 ** 2

/** How to name the whole part of a request, for a fault that no single field has. */
const wholeOf: Partial<Record<string, string>> = { query: 'The query', param: 'The path', header: 'The headers' }

/**
 * An app of the platform API: request ids, logs, an audit event for each write, authentication as the contract says,
 * request quotas, idempotent creations, and errors in one envelope.
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
  describeIssues(app)
  app.use(requestScope({ log, metrics }))
  const answerError = answerErrors(platformEnvelope, metrics)
  app.onError(answerError)
  // Returned rather than thrown, because a throw here bypasses the request scope and loses its id.
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
