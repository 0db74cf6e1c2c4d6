import type { RouteConfig } from '@hono/zod-openapi'
import { teiRoutes } from './tei-routes.ts'

const prefix = '/models/{owner}/{name}'
/** At the root, these describe the whole service and have their own routes. */
const ofService = new Set(['/info', '/health', '/ping', '/version'])

/**
 * The TEI routes without a base path, for TEI clients that only know a host. The one deployment that can do the task
 * answers.
 */
export const teiRootRoutes: Record<string, RouteConfig> = Object.fromEntries(
  Object.entries(teiRoutes)
    .map(([name, route]) => ({ name, route, path: route.path.slice(prefix.length) }))
    .filter(({ path }) => !ofService.has(path))
    .flatMap(({ name, route, path }) => {
      const paths = path === '/invocations' ? [path, '/'] : [path]
      return paths.map((at) => [`${name} ${at}`, atRoot(route, at)])
    }),
)

function atRoot(
  { request: { params: _, ...request }, ...route }: (typeof teiRoutes)[keyof typeof teiRoutes],
  path: string,
) {
  const description =
    'Answered by the one deployment that is for this task, or the only one capable of it; otherwise 400 `model_not_named` lists the base paths.'
  return { ...route, path, request, description }
}
