import type { Principal } from '../../shared/auth/principal.ts'
import { errors } from '../../shared/errors.ts'
import type { Router } from '../deployments/route.ts'
import type { Capabilities } from '../tasks/capabilities.ts'

/** How many base paths are told to somebody who named none. */
const basesMax = 20

/**
 * At the root, where nobody names a model, the one deployment that can do it answers.
 * @throws AppError `model_not_named` with the base paths of those that could
 */
export function soleModel({ router, caller, kinds, path }: SoleModel): string {
  const able = router
    .list(caller)
    .filter(({ served }) => kinds.some((kind) => served?.service.capabilities[kind] !== undefined))
    .map(({ item }) => item.name)
  const [only, ...others] = able
  if (only !== undefined && others.length === 0) return only
  throw errors.modelNotNamed(
    path,
    able.slice(0, basesMax).map((name) => `/api/v1/predict/${name}`),
  )
}

interface SoleModel {
  router: Router
  caller: Principal | undefined
  /** Any of which will do. */
  kinds: readonly (keyof Capabilities)[]
  path: string
}
