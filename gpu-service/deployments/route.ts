import { mayAccess } from '../../shared/auth/authorize.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { errors } from '../../shared/errors.ts'
import { type DeploymentItem, targetsOf } from '../../shared/table/deployment-item.ts'
import { deploymentsNamed, meantBy } from './deployments-named.ts'
import { failedLoad } from './failed-load.ts'
import type { KnownRefs } from './known-refs.ts'
import type { Outcomes } from './outcomes.ts'
import type { RequestLimits } from './request-limits.ts'
import type { Served } from './served.ts'
import type { ServedDeployment } from './served-deployment.ts'

/** A deployment as callers may name it. */
export interface Routable extends Pick<ServedDeployment, 'item' | 'state' | 'reason' | 'served'> {
  /** Chooses the target for a request, by its key if it has one, and among the meant targets if any is. */
  choose(key: string | undefined, isMeant?: (target: DeploymentItem) => boolean): RoutableTarget | undefined
  /** When to retry after a failure that may pass. */
  retryAfterSeconds?: number | undefined
  /** Gets copies of its requests. */
  shadow?: RoutableTarget | undefined
  /** Its limits. */
  limits?: RequestLimits | undefined
}

/** A deployment as operators may name it: its models can be loaded and unloaded here. */
export interface Operable extends Routable, Pick<ServedDeployment, 'load' | 'unload' | 'isUnloaded'> {}

interface RoutableTarget {
  /** The deployment, with the target's repo, revision and file. */
  item: DeploymentItem
  served: Served | undefined
  outcomes?: Outcomes | undefined
}

export interface Route extends Served {
  /** The deployment, with the answering target's repo, revision and file. */
  item: DeploymentItem
  deployment: Routable
  /** Records how its requests end. */
  outcomes: Outcomes | undefined
}

export interface Asked {
  /** As the caller wrote it. */
  model: string
  caller: Principal | undefined
  /** Requests with the same key go to the same target. */
  stickyKey?: string | undefined
  /** Stands in for the key of a request without one, so that repeated lookups choose the same target. */
  chance?: string | undefined
  /** The revision or ref of the wanted target. */
  version?: string | undefined
  /** Whether a model can do what is asked: of several deployments with the name, one that can comes first. */
  suits?: ((served: Served) => boolean) | undefined
}

/** Resolves model names, the same for every protocol. Whatever a caller may not see does not exist for it. */
export interface Router {
  /** @throws AppError `model_not_found`, `model_not_ready`, `model_failed`, `deployment_paused` */
  resolve(asked: Asked): Route
  /** The deployment of a name, ready or not. @throws AppError `model_not_found` */
  find(asked: Pick<Asked, 'model' | 'caller' | 'suits'>): Operable
  list(caller: Principal | undefined): Operable[]
}

/**
 * A model is named by its deployment, by `owner/name`, or by `owner/name@ref` with the deployed ref, its revision, or
 * another ref of that revision; the slash may be percent-encoded, and a repo's name is case-insensitive. Of several
 * deployments, one that answers and suits comes first, then one that answers.
 */
export function createRouter(
  deployments: () => ReadonlyMap<string, Operable>,
  { refs = { means: () => false } }: { refs?: Pick<KnownRefs, 'means'> } = {},
): Router {
  const find: Router['find'] = ({ model, caller, suits = () => true }) => {
    const name = decoded(model)
    const found = deploymentsNamed({ deployments: deployments(), name, refs }).filter(({ item }) => sees(caller, item))
    const answering = found.filter(({ served }) => served !== undefined)
    const deployment = answering.find(({ served }) => served && suits(served)) ?? answering[0] ?? found[0]
    if (deployment === undefined) throw errors.modelNotFound(name.slice(0, 200))
    return deployment
  }
  return {
    find,
    list: (caller) =>
      [...deployments().values()]
        .filter(({ item }) => sees(caller, item))
        .sort((a, b) => (a.item.name < b.item.name ? -1 : 1)),
    resolve({ model, caller, stickyKey, chance, version, suits }) {
      const deployment = find({ model, caller, suits })
      const { item: wanted } = deployment
      const key = stickyKey ?? (wanted.stickyBy === 'caller' ? caller?.userId : undefined) ?? chance
      const name = decoded(model)
      const isNamed = meantBy({ name, item: wanted, refs })
      const target = deployment.choose(key, (one) => isNamed(one) && isAt(one, version))
      if (target?.served !== undefined) {
        const { item, outcomes, served } = target
        return { item, deployment, outcomes, ...served }
      }
      const { state, reason = 'the reason is unknown.', retryAfterSeconds } = deployment
      if (state === 'PAUSED') throw errors.deploymentPaused(wanted.name)
      if (state === 'FAILED') throw failedLoad({ model: name, reason, retryAfterSeconds })
      throw errors.modelNotReady(name, state)
    },
  }
}

/** Whether a target has a version: its revision, or the ref it was deployed by. */
const isAt = ({ revision, ref }: DeploymentItem, version: string | undefined): boolean =>
  version === undefined || version === revision || version === ref

/** Callers of a deployment may see it, and so may readers of everything that it serves. */
const sees = (caller: Principal | undefined, item: DeploymentItem): boolean =>
  targetsOf(item).every(({ repoId }) => {
    const resource = { owner: item.owner, repoId }
    return mayAccess(caller, 'infer', resource) || mayAccess(caller, 'read', resource)
  })

function decoded(model: string): string {
  if (!model.includes('%')) return model
  try {
    return decodeURIComponent(model)
  } catch {
    return model
  }
}
