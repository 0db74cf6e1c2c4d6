import { errors } from '../../shared/errors.ts'
import type { GatedQueue } from './gated-queue.ts'
import type { LoadRequest, ModelLease } from './model-lease.ts'
import type { OpenedModel } from './open-model.ts'
import type { Residency } from './residency.ts'
import type { ResidentModel } from './resident-model.ts'

interface CreateLease {
  modelId: string
  request: LoadRequest
  model: ResidentModel
  opened: OpenedModel
  residency: Residency
  /** The requests of all users of the model. */
  requests: ReadonlySet<LoadRequest>
  keepNoLonger: () => void
  release: () => Promise<void>
}

/** A lease for one user of a model. */
export function createLease({
  modelId,
  request,
  model,
  opened,
  residency,
  requests,
  keepNoLonger,
  release,
}: CreateLease): ModelLease {
  const gates = new Set<GatedQueue>()
  const assertMayLeave = () => {
    const keeping = [...requests].filter(({ idleMsMax }) => idleMsMax === undefined)
    if (keeping.length === 0) return
    const { deployment } = request
    throw errors.modelKeptLoaded(deployment, { isByItself: keeping.some((one) => one.deployment === deployment) })
  }
  return {
    ...opened,
    modelId,
    get isResident() {
      return model.isLoaded
    },
    get hasNeighbours() {
      return residency.holdsOthers(model)
    },
    get keptFault() {
      return request.idleMsMax === undefined ? residency.keptFault : undefined
    },
    load: () => model.load(),
    keepNoLonger,
    assertMayLeave,
    async unload() {
      assertMayLeave()
      return model.unload()
    },
    gate(gated) {
      const gate = model.gate({ ...gated, deployment: request.deployment })
      gates.add(gate)
      return gate
    },
    release() {
      for (const gate of gates) model.forget(gate)
      return release()
    },
  }
}
