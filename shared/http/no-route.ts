import type { Context, Env, Hono } from 'hono'
import { type AppError, errors } from '../errors.ts'
import { nearRoute } from './near-route.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

interface NoRoute {
  error: AppError
  /** What would have been run, had the request come with one of the methods that are taken. */
  instead: readonly unknown[]
}

/**
 * What there is to say of a request that no route of an app takes: where others of its path do, which methods those are,
 * also in the header `Allow`. Looked up only then, so that no request that is answered pays for it.
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

/** Says in the header which methods a path takes: of what is read, its head is too. */
export function allow(context: Context, taken: readonly string[]): string[] {
  const allowed = taken.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  context.header('allow', allowed.join(', '))
  return allowed
}

/** Those of routes: middleware is there for every method of its path, or for every path below one, and answers none. */
function handlersOf<Environment extends Env>(app: Hono<Environment>, method: string, path: string): unknown[] {
  const [matched] = app.router.match(method, path)
  const isOfRoute = (route: { method: string; path: string }) => route.method === method && !route.path.endsWith('/*')
  return matched.flatMap(([[handler, route]]) => (isOfRoute(route) ? [handler] : []))
}
