import { randomUUID } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { HttpEnvironment } from './context.ts'
import { isSaidOnPurpose } from './error-handler.ts'
import { logOf } from './request-log.ts'
import { secretsHidden } from './secrets-hidden.ts'

const acceptableId = /^[A-Za-z0-9._:-]{1,128}$/

/**
 * Gives each request an id (the caller's, where it is well-formed), a logger for `logOf`, and one log line at its end.
 */
export const requestScope = ({ log, metrics }: { log: Logger; metrics: Metrics }) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    const given = context.req.header('x-request-id')
    const requestId = given !== undefined && acceptableId.test(given) ? given : randomUUID()
    context.set('requestId', requestId)
    context.set('log', log)
    const started = performance.now()
    await next()
    if (context.get('hasRequestId') !== true) context.header('x-request-id', requestId)
    const durationMs = performance.now() - started
    const { method } = context.req
    const { status } = context.res
    const route = status === 404 && context.get('principal') === undefined ? 'none' : routePath(context)
    metrics.httpRequests.inc({ method, route, status: String(status) })
    metrics.httpDuration.observe({ method, route }, durationMs / 1000)
    const level = levelOf(status, method)
    if (!log.isLevelEnabled(level)) return
    // Users mistake a key for its id and send the secret in a path.
    const path = secretsHidden(context.req.path)
    logOf(context)[level](
      { method, path, status, durationMs: Math.round(durationMs * 10) / 10 },
      `${method} ${path} ${status}`,
    )
  })

/** Reads, successful predictions and refusals under load are in the metrics; logging them would drown the rest. */
function levelOf(status: number, method: string): 'debug' | 'info' | 'error' {
  if (status >= 500 && !isSaidOnPurpose(status)) return 'error'
  if (status === 429) return 'debug'
  return status >= 400 || method === 'DELETE' || status === 201 || status === 202 ? 'info' : 'debug'
}
