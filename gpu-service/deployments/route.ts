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

/** A deployment as a caller may name it. */
export interface Routable extends Pick<ServedDeployment, 'item' | 'state' | 'reason' | 'served'> {
  /** What answers a request, by its key where it has one; of those that are meant, where any is. */
  choose(key: string | undefined, isMeant?: (target: DeploymentItem) => boolean): RoutableTarget | undefined
  /** When to ask again for what failed and may be loaded then. */
  retryAfterSeconds?: number | undefined
  /** What gets copies of its requests. */
  shadow?: RoutableTarget | undefined
  /** What it may answer. */
  limits?: RequestLimits | undefined
}

/** A deployment as who operates it may name it: its models are had in memory here, or not. */
export interface Operable extends Routable, Pick<ServedDeployment, 'load' | 'unload' | 'isUnloaded'> {}

interface RoutableTarget {
  /** The deployment, with the repo, revision and file of the target. */
  item: DeploymentItem
  served: Served | undefined
  outcomes?: Outcomes | undefined
}

export interface Route extends Served {
  /** The deployment, with the repo, revision and file of the target that answers. */
  item: DeploymentItem
  deployment: Routable
  /** Where it is noted how its requests end. */
  outcomes: Outcomes | undefined
}

export interface Asked {
  /** As the caller named it. */
  model: string
  caller: Principal | undefined
  /** Those who send the same one are answered by the same target. */
  stickyKey?: string | undefined
  /** By what a request without such a key is given its target, so that it is the same one however often it is looked for. */
  chance?: string | undefined
  /** The revision or the ref of the target that is meant. */
  version?: string | undefined
}

/** Finds what answers for a model's name, the same in every protocol. What a caller may not see is not there for it. */
export interface Router {
  /** @throws AppError `model_not_found`, `model_not_ready`, `model_failed`, `deployment_paused` */
  resolve(asked: Asked): Route
  /** What is meant, whether it answers or not. @throws AppError `model_not_found` */
  find(asked: Pick<Asked, 'model' | 'caller'>): Operable
  list(caller: Principal | undefined): Operable[]
}

/**
 * A model is named by its deployment, by `owner/name`, or by `owner/name@ref` with the ref that was deployed, the
 * revision it named or another ref that means that; the slash may be percent-encoded, and the case of a repo's letters
 * does not matter. Of several deployments the one that answers goes first.
 */
export function createRouter(
  deployments: () => ReadonlyMap<string, Operable>,
  { refs = { means: () => false } }: { refs?: Pick<KnownRefs, 'means'> } = {},
): Router {
  const find: Router['find'] = ({ model, caller }) => {
    const name = decoded(model)
    const found = deploymentsNamed({ deployments: deployments(), name, refs }).filter(({ item }) => sees(caller, item))
    const deployment = found.find(({ served }) => served !== undefined) ?? found[0]
    if (deployment === undefined) throw errors.modelNotFound(name.slice(0, 200))
    return deployment
  }
  return {
    find,
    list: (caller) =>
      [...deployments().values()]
        .filter(({ item }) => sees(caller, item))
        .sort((a, b) => (a.item.name < b.item.name ? -1 : 1)),
    resolve({ model, caller, stickyKey, chance, version }) {
      const deployment = find({ model, caller })
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

/** Whether a target is of a version: its revision, or the ref that it is deployed by. */
const isAt = ({ revision, ref }: DeploymentItem, version: string | undefined): boolean =>
  version === undefined || version === revision || version === ref

/** Who may call a deployment may know of it, and so may who may read what is its owner's: all that it serves. */
const sees = (caller: Principal | undefined, item: DeploymentItem): boolean =>
  targetsOf(item).every(({ repoId }) => {
    const resource = { owner: item.owner, repoId }
    return mayAccess(caller, 'infer', resource) || mayAccess(caller, 'read', resource)
  })

function decoded(model: string): string {
  try {
    return decodeURIComponent(model)
  } catch {
    return model
  }
}
