import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { errors } from '../../shared/errors.ts'
import type { Asked, Route, Router } from '../deployments/route.ts'
import { assertRoom } from '../deployments/served.ts'
import { placeOf } from './call-options.ts'
import { withLimitHeaders } from './limit-headers.ts'
import type { ServingEnvironment } from './serving-environment.ts'

/** Below one model's base path that model answers, whatever the body names: clients send an address, or "dummy". */
export const modelFromPath = (nameOf: (context: Context<ServingEnvironment>) => string) =>
  createMiddleware<ServingEnvironment>((context, next) => {
    context.set('model', nameOf(context))
    return next()
  })

/** The base path's model, or the one that the body names. @throws AppError `invalid_request` for neither */
export function askedModel(context: Context<ServingEnvironment>, named: string | undefined): string {
  const model = context.get('model') ?? named
  if (model === undefined || model === '') throw errors.invalidRequest('"model" is missing.', 'model')
  return model
}

/** The route for questions about a model, which give it no work. @throws AppError */
export function findRoute(context: Context<ServingEnvironment>, { router, model, version, suits }: RouteTo): Route {
  const stickyKey = context.req.header('x-session-id')
  const caller = context.get('principal')
  const route = router.resolve({ model, caller, stickyKey, chance: chanceOf(context), version, suits })
  context.set('revision', route.item.revision)
  return route
}

const chances = 2 ** 30

/** Drawn once per request, so that every lookup finds the same target. */
function chanceOf(context: Context<ServingEnvironment>): string {
  // Of a whole number, because writing out a fraction takes a microsecond.
  const chance = context.get('chance') ?? String(Math.floor(Math.random() * chances))
  context.set('chance', chance)
  return chance
}

/**
 * The route that answers, held until the request is answered whatever is deployed meanwhile. Takes one of the
 * deployment's concurrent slots. @throws AppError
 */
export function routeTo(context: Context<ServingEnvironment>, asked: RouteTo): Route {
  const route = routeAhead(context, asked)
  context.set('routedMs', performance.now())
  context.get('leave')?.()
  const { limits } = route.deployment
  context.set('leave', limits && withLimitHeaders(limits, context, () => context.get('admitted')?.enter()))
  context.get('release')?.()
  context.set('release', route.hold())
  return route
}

/**
 * Checks the route and its queue's room before the body is read. Holds nothing for a slow sender, so the route is
 * resolved again after the body. @throws AppError
 */
export function routeAhead(context: Context<ServingEnvironment>, asked: RouteTo): Route {
  const route = findRoute(context, asked)
  context.set('route', route)
  assertRoom(route, placeOf(context))
  admitTo(context, route)
  return route
}

/**
 * Counts the request once against its deployment's limits. @throws AppError `concurrency_limited`, `rate_limited`,
 * `quota_used_up`
 */
function admitTo(context: Context<ServingEnvironment>, { deployment: { limits } }: Route): void {
  if (limits === undefined || context.get('limits') === limits) return
  context.set('limits', limits)
  context.set(
    'admitted',
    withLimitHeaders(limits, context, () => limits.admit(context.get('principal'))),
  )
}

interface RouteTo extends Pick<Asked, 'suits'> {
  router: Router
  model: string
  /** The revision or ref of the wanted target. */
  version?: string | undefined
}
