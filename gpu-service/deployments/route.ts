import { mayAccess } from '../../shared/auth/authorize.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { errors } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { DeploymentSlot, Served } from './deployment-slot.ts'

/** A deployment as a caller may name it. */
export type Routable = Pick<DeploymentSlot, 'item' | 'state' | 'reason' | 'served'>

export interface Route extends Served {
  item: DeploymentItem
}

export interface Asked {
  /** As the caller named it. */
  model: string
  caller: Principal | undefined
  /** Those who send the same one are answered by the same target. */
  stickyKey?: string | undefined
}

/** Finds what answers for a model's name, the same in every protocol. What a caller may not see is not there for it. */
export interface Router {
  /** @throws AppError `model_not_found`, `model_not_ready`, `model_failed` */
  resolve(asked: Asked): Route
  list(caller: Principal | undefined): Routable[]
}

/**
 * A model is named by its deployment, by `owner/name`, or by `owner/name@ref` with the ref that was deployed or the
 * revision it named; the slash may be percent-encoded. Of several deployments the one that answers goes first.
 */
export function createRouter(slots: () => Iterable<Routable>): Router {
  return {
    list: (caller) =>
      [...slots()].filter(({ item }) => sees(caller, item)).sort((a, b) => (a.item.name < b.item.name ? -1 : 1)),
    resolve({ model, caller }) {
      const name = decoded(model)
      const found = candidates(
        [...slots()].filter(({ item }) => sees(caller, item)),
        name,
      )
      const slot = found.find(({ state }) => state === 'READY') ?? found[0]
      if (slot === undefined) throw errors.modelNotFound(name.slice(0, 200))
      if (slot.state === 'FAILED') throw errors.modelFailed(name, slot.reason ?? 'the reason is unknown.')
      if (slot.served === undefined) throw errors.modelNotReady(name, slot.state)
      return { item: slot.item, ...slot.served }
    },
  }
}

/** Who may call a deployment may know of it, and so may who may read what is its owner's. */
const sees = (caller: Principal | undefined, { owner, repoId }: DeploymentItem): boolean =>
  mayAccess(caller, 'infer', { owner, repoId }) || mayAccess(caller, 'read', { owner, repoId })

function candidates(slots: readonly Routable[], name: string): Routable[] {
  const named = slots.filter(({ item }) => item.name === name)
  if (named.length > 0) return named
  const at = name.indexOf('@')
  const repo = at < 0 ? name : name.slice(0, at)
  const ref = at < 0 ? undefined : name.slice(at + 1)
  const matching = slots.filter(
    ({ item }) => item.repo === repo && (ref === undefined || item.ref === ref || item.revision === ref),
  )
  return matching.sort((a, b) => rank(b.item) - rank(a.item) || (a.item.createdAt < b.item.createdAt ? 1 : -1))
}

/** Without a ref, the default branch is meant where it is deployed. */
const rank = ({ ref }: DeploymentItem): number => (ref === 'main' ? 1 : 0)

function decoded(model: string): string {
  try {
    return decodeURIComponent(model)
  } catch {
    return model
  }
}
