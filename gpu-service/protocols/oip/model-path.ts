import type { Context } from 'hono'
import { AppError, errors } from '../../../shared/errors.ts'
import type { Routable, Route, Router } from '../../deployments/route.ts'
import { offers } from '../../tasks/capabilities.ts'
import { type findRoute, routeTo } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'

export interface ModelPath {
  model: string
  version: string | undefined
  action: string
}

/** `/v2/models/{model}[/versions/{version}][/{action}]`, where the model may be `owner/name`. */
export function parseModelPath(path: string): ModelPath | undefined {
  const match =
    /^\/v2\/models\/(.+?)(?:\/versions\/([^/]+))?(?:\/(infer|ready|stats|config|generate|generate_stream|trace\/setting))?$/.exec(
      path,
    )
  if (match === null) return undefined
  const [, model = '', version, action = ''] = match
  return { model: decoded(model), version: version === undefined ? undefined : decoded(version), action }
}

/** `owner/ready` can also ask whether `owner` is ready; it is a model's name if that is deployed and `owner` is not. */
export function meantPath(path: ModelPath, deployed: readonly Pick<Routable, 'item'>[]): ModelPath {
  const { model, version, action } = path
  if (action === '' || version !== undefined || model.includes('/')) return path
  const longer = `${model}/${action}`
  if (deployed.some(({ item }) => item.name === model)) return path
  return deployed.some(({ item }) => item.repo === longer) ? { model: longer, version, action: '' } : path
}

/** "1", which clients send by habit, means whatever answers; any other version is a revision or a ref of a target. */
export function versionedRoute(
  context: Context<ServingEnvironment>,
  { router, path, find = routeTo }: Versioned,
): Route {
  const route = find(context, { router, model: path.model, version: path.version, suits: offers('tensors') })
  const { revision, ref } = route.item
  if (path.version === undefined || ['1', revision, ref].includes(path.version)) return route
  throw new AppError({
    code: 'version_not_found',
    status: 404,
    message: `The model "${path.model}" has no version "${path.version.slice(0, 100)}" here; it serves ${revision} (${ref}), also known as "1".`,
  })
}

interface Versioned {
  router: Router
  path: ModelPath
  /** Whether the model gets work, or is only described. */
  find?: typeof routeTo | typeof findRoute
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw errors.invalidRequest('The path is not valid percent-encoding.')
  }
}
