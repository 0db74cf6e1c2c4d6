import { randomUUID } from 'node:crypto'
import type { ModelLost } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { RunSettings } from '../tasks/task.ts'
import { createLease } from './create-lease.ts'
import { lockFiles } from './lock-files.ts'
import type { ModelCache } from './model-cache.ts'
import { type DecidedRequest, idleMsOf, type LoadRequest, type ModelLease } from './model-lease.ts'
import { type OpenedModel, openModel } from './open-model.ts'
import type { Residency } from './residency.ts'
import { ResidentModel } from './resident-model.ts'

export interface SharedModelParts {
  cache: ModelCache
  pool: EnginePool
  residency: Residency
  settings: RunSettings
  /** How long work may wait for the load. */
  loadWaitMsMax: number
  /** The private memory of the engines, if known. */
  engineBytes?: () => number | undefined
}

interface SharedModelOptions extends SharedModelParts {
  /** The same for all users of the model. */
  key: string
  /** The request of the first user. */
  request: DecidedRequest
  /** Called when it must not be given to further users. */
  onUnused: () => void
}

interface Opening {
  model: ResidentModel
  opened: OpenedModel
}

/** How long a model stays loaded for a user about to release it, so that late requests still find it. */
const leavingIdleMs = 10_000

/** A model and its users, from the first acquisition to the last release. */
export class SharedModel {
  readonly modelId: string
  readonly #options: SharedModelOptions
  readonly #leases = new Set<LoadRequest>()
  readonly #opening: Promise<Opening>
  /** Why an engine no longer has it. */
  #lost: ModelLost | undefined

  constructor(options: SharedModelOptions) {
    this.#options = options
    // A new id in the engines for each load, so that a late release never unloads the next one.
    this.modelId = `${options.key} ${randomUUID()}`
    this.#opening = this.#open(options)
  }

  async acquire(asked: LoadRequest): Promise<ModelLease> {
    const request = { ...asked }
    this.#leases.add(request)
    try {
      const opening = await this.#opening
      opening.model.stayFor(idleMsOf(this.#leases))
      if (request.loadsOnDemand !== true) await this.#options.residency.want(opening.model)
      if (this.#lost !== undefined) throw this.#lost
      const { modelId } = this
      const { residency } = this.#options
      const keepNoLonger = () => {
        request.idleMsMax ??= leavingIdleMs
        opening.model.stayFor(idleMsOf(this.#leases))
      }
      const release = () => this.#release(request)
      return createLease({ ...opening, modelId, request, residency, requests: this.#leases, keepNoLonger, release })
    } catch (error) {
      await this.#release(request)
      throw error
    }
  }

  lose(error: ModelLost): void {
    this.#lost = error
    this.#options.onUnused()
  }

  async #open({ request, cache, settings, engineBytes = () => undefined, ...parts }: SharedModelOptions) {
    const { modelId } = this
    const requests = this.#leases
    const own = { ...settings, isolate: request.isolate }
    const open = (asked: LoadRequest) => openModel(asked, { cache, settings: own })
    const lock = await cache.hold(request)
    const opened = await open(request).finally(() => lock.release())
    const model = new ResidentModel({
      ...parts,
      ...{ modelId, file: request.file, opened, engineBytes },
      lockFiles: (paths) => lockFiles({ cache, revision: request.revision, requests, paths, open }),
      onFailure: (error) => {
        for (const lease of requests) lease.onFailure?.(error)
      },
      onLoaded: (took) => {
        for (const lease of requests) lease.onLoaded?.(took)
      },
    })
    return { opened, model }
  }

  async #release(request: LoadRequest): Promise<void> {
    this.#leases.delete(request)
    const opening = await this.#opening.catch(() => undefined)
    if (this.#leases.size > 0) {
      opening?.model.stayFor(idleMsOf(this.#leases))
      return
    }
    this.#options.onUnused()
    if (opening !== undefined) await this.#options.residency.remove(opening.model)
  }
}
