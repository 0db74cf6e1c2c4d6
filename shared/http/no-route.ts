import type { Context, Env, Hono } from 'hono'
import { type AppError, errors } from '../errors.ts'
import { nearRoute } from './near-route.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

interface NoRoute {
  error: AppError
  /** The handlers of the path's other methods. */
  instead: readonly unknown[]
}

/**
 * The error for a request without a route: where the path has other methods, which ones, also in the header `Allow`.
 * Looked up only then, so that other requests do not pay for it.
 */
export function noRoute<Environment extends Env>(app: Hono<Environment>, context: Context<Environment>): NoRoute {
  const { method, path } = context.req
  const taken = methods.flatMap((other) => {
    const handlers = handlersOf(app, other, path)
    return handlers.length > 0 ? [{ other, handlers }] : []
  })
  if (taken.length === 0) {
    const isRoute = (other: string) => handlersOf(app, method, other).length > 0
    return { error: errors.routeNotFound(method, path, nearRoute(path, isRoute)), instead: [] }
  }
  const allowed = allow(
    context,
    taken.map(({ other }) => other),
  )
  return { error: errors.methodNotAllowed(method, path, allowed), instead: taken.flatMap(({ handlers }) => handlers) }
}

/** Sets the header `Allow`; a path that takes GET takes HEAD, too. */
export function allow(context: Context, taken: readonly string[]): string[] {
  const allowed = taken.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  context.header('allow', allowed.join(', '))
  return allowed
}

/** The handlers of routes. Middlewares match every method of their path and answer none. */
function handlersOf<Environment extends Env>(app: Hono<Environment>, method: string, path: string): unknown[] {
  const [matched] = app.router.match(method, path)
  const isOfRoute = (route: { method: string; path: string }) => route.method === method && !route.path.endsWith('/*')
  return matched.flatMap(([[handler, route]]) => (isOfRoute(route) ? [handler] : []))
}
