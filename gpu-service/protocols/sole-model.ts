import type { Principal } from '../../shared/auth/principal.ts'
import { errors } from '../../shared/errors.ts'
import type { Router } from '../deployments/route.ts'
import type { Capabilities } from '../tasks/capabilities.ts'
import type { TaskService } from '../tasks/task.ts'

/** How many base paths an error lists. */
const basesMax = 20

/**
 * The deployment that answers at the root, without a name in the request: the only one of these kinds, or the only one
 * capable of them.
 * @throws AppError `model_not_named` with the possible base paths
 */
export function soleModel({ router, caller, kinds, elseAny = false, path }: SoleModel): string {
  const listed = router.list(caller)
  const named = listed.filter(({ served }) => kinds.some((kind) => served?.service.capabilities[kind] !== undefined))
  const able = named.length === 0 && elseAny ? listed : named
  const made = able.filter(({ served }) => kinds.some((kind) => isMadeFor(kind, served?.service)))
  const [only, ...others] = made.length > 0 ? made : able
  if (only !== undefined && others.length === 0) return only.item.name
  throw errors.modelNotNamed(
    path,
    able.slice(0, basesMax).map(({ item }) => `/api/v1/predict/${item.name}`),
  )
}

const isMadeFor = (kind: keyof Capabilities, service: TaskService | undefined): boolean =>
  service?.capabilities[kind] !== undefined && service.explicitOnly?.includes(kind) !== true

interface SoleModel {
  router: Router
  caller: Principal | undefined
  /** Any of them qualifies. */
  kinds: readonly (keyof Capabilities)[]
  /** Falls back to any other deployment. */
  elseAny?: boolean
  path: string
}
