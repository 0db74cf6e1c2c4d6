import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { errors } from '../../shared/errors.ts'
import { assertRoom } from '../deployments/deployment-slot.ts'
import type { Route, Router } from '../deployments/route.ts'
import { placeOf } from './call-options.ts'
import type { ServingEnvironment } from './serving-environment.ts'

/** Below a base path of one model, that one answers, whatever a body names: clients send an address, or "dummy". */
export const modelFromPath = (nameOf: (context: Context<ServingEnvironment>) => string) =>
  createMiddleware<ServingEnvironment>(async (context, next) => {
    context.set('model', nameOf(context))
    await next()
  })

/** The base path's model, or the one that the body names. @throws AppError `invalid_request` where neither does. */
export function askedModel(context: Context<ServingEnvironment>, named: string | undefined): string {
  const model = context.get('model') ?? named
  if (model === undefined || model === '') throw errors.invalidRequest('"model" is missing.', 'model')
  return model
}

/** What would answer, for whoever asks about a model and gives it no work. @throws AppError */
export function findRoute(context: Context<ServingEnvironment>, { router, model }: RouteTo): Route {
  const stickyKey = context.req.header('x-session-id')
  const route = router.resolve({ model, caller: context.get('principal'), stickyKey })
  context.set('revision', route.item.revision)
  return route
}

/** What answers, where there is room in its queue: refused before the input is read. @throws AppError */
export function routeTo(context: Context<ServingEnvironment>, { router, model }: RouteTo): Route {
  const route = findRoute(context, { router, model })
  context.set('route', route)
  assertRoom(route, placeOf(context))
  admitTo(context, route)
  return route
}

/** Counts the request once against what its deployment may answer. @throws AppError `rate_limited`, `quota_used_up` */
function admitTo(context: Context<ServingEnvironment>, { deployment: { limits } }: Route): void {
  if (limits === undefined || context.get('limits') === limits) return
  context.set('limits', limits)
  try {
    limits.admit(context.get('principal'))
  } catch (error) {
    for (const [name, value] of Object.entries(limits.headers())) context.header(name, value)
    throw error
  }
}

interface RouteTo {
  router: Router
  model: string
}
