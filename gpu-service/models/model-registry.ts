import { randomUUID } from 'node:crypto'
import type { Metrics } from '../../shared/metrics.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import type { LostModel, ModelLost } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { Isolation, RunSettings } from '../tasks/task.ts'
import { taskNamed } from '../tasks/tasks.ts'
import type { FolderLock } from './folder-lock.ts'
import type { GatedQueue } from './gated-queue.ts'
import type { ModelCache, ModelRequest } from './model-cache.ts'
import { type OpenedModel, openModel } from './open-model.ts'
import type { Residency } from './residency.ts'
import { ResidentModel } from './resident-model.ts'
import { verifiedFiles } from './verified-files.ts'

export interface LoadRequest extends ModelRequest {
  task: string
  /** For messages and metrics. */
  deployment: string
  /** Whether the members of a batch run alone, where the deployment says so itself. */
  isolate?: Isolation | undefined
  /** How long it stays in the engines without work; for ever where this is absent. */
  idleMsMax?: number | undefined
  /** Whether it waits for its first request with being loaded. */
  loadsOnDemand?: boolean
  /** Told that an engine could not be given it when work asked for it. */
  onFailure?: (error: unknown) => void
  /** Told whenever the engines hold it anew. */
  onEntered?: () => void
}

/** A hold on a model that the engines hold, or will when work comes. The last one that is given back unloads it. */
export interface ModelLease extends OpenedModel {
  modelId: string
  /** Puts a gate before a queue of the model's work, which lets it through while the engines hold the model. */
  gate(gated: { queue: ItemQueue; graph: string }): GatedQueue
  /** Whether the engines hold it now. */
  readonly isResident: boolean
  release(): Promise<void>
}

export interface RegistryParts {
  cache: ModelCache
  pool: EnginePool
  residency: Residency
  metrics: Metrics
  settings: RunSettings
  /** How long work may wait for its model to be loaded. */
  loadWaitMsMax: number
  /** What the engines hold in memory of their own now, where that can be told. */
  engineBytes?: () => number | undefined
}

interface Entry {
  modelId: string
  revision: string
  opening: Promise<{ model: ResidentModel; opened: OpenedModel }>
  leases: Set<LoadRequest>
  /** Why an engine does not hold it any more. */
  lost?: ModelLost
}

/** The models that are deployed here: two deployments of one file share it, and it is loaded once whoever asks. */
export class ModelRegistry {
  readonly #parts: RegistryParts
  readonly #entries = new Map<string, Entry>()

  constructor(parts: RegistryParts) {
    this.#parts = parts
  }

  /** @throws AppError `unsupported_model`, `model_too_large` */
  async acquire(request: LoadRequest): Promise<ModelLease> {
    const key = keyOf(request)
    const entry = this.#entries.get(key) ?? this.#open(key, request)
    entry.leases.add(request)
    try {
      const { model, opened } = await entry.opening
      model.idleMsMax = idleMsOf(entry.leases)
      if (request.loadsOnDemand !== true) await this.#parts.residency.want(model)
      if (entry.lost !== undefined) throw entry.lost
      return this.#lease({ key, entry, request, model, opened })
    } catch (error) {
      await this.#release(key, entry, request)
      throw error
    } finally {
      void this.#trim()
    }
  }

  /** Lets the next one who asks load it anew, because an engine does not hold it any more. */
  lose({ modelId, error }: LostModel): void {
    for (const [key, entry] of this.#entries) {
      if (entry.modelId !== modelId) continue
      entry.lost = error
      this.#forget(key, entry)
    }
  }

  #lease({ key, entry, request, model, opened }: LeaseParts): ModelLease {
    const gates = new Set<GatedQueue>()
    return {
      ...opened,
      modelId: entry.modelId,
      get isResident() {
        return model.isIn
      },
      gate(gated) {
        const gate = model.gate({ ...gated, deployment: request.deployment })
        gates.add(gate)
        return gate
      },
      release: () => {
        for (const gate of gates) model.forget(gate)
        return this.#release(key, entry, request)
      },
    }
  }

  #open(key: string, request: LoadRequest): Entry {
    const { cache, settings, engineBytes = () => undefined, ...parts } = this.#parts
    // Each load has an id of its own in the engines, so that giving one back late never unloads the next.
    const modelId = `${key} ${randomUUID()}`
    const { deployment, file, revision } = request
    const leases = new Set<LoadRequest>()
    const onFailure = (error: unknown) => {
      for (const lease of leases) lease.onFailure?.(error)
    }
    const onEntered = () => {
      for (const lease of leases) lease.onEntered?.()
    }
    const own = { ...settings, isolate: request.isolate ?? settings.isolate }
    const open = (asked: LoadRequest) => openModel(asked, { cache, settings: own })
    const holdFiles = (paths: readonly string[]) => this.#holdFiles({ request, leases, paths, open })
    const opening = cache.hold(request).then(async (lock) => {
      const opened = await open(request).finally(() => lock.release())
      const options = { modelId, deployment, file, opened, engineBytes, holdFiles, onFailure, onEntered }
      return { opened, model: new ResidentModel({ ...parts, ...options }) }
    })
    const entry: Entry = { modelId, revision, opening, leases }
    this.#entries.set(key, entry)
    return entry
  }

  /** The files of a model that is out may have been removed or damaged meanwhile: they are brought and made again. */
  async #holdFiles({ request, leases, paths, open }: HoldFiles): Promise<FolderLock> {
    const lock = await this.#parts.cache.hold(request)
    try {
      if (!(await verifiedFiles.areUntouched(paths))) await openAnew(leases, open)
      return lock
    } catch (error) {
      lock.release()
      throw error
    }
  }

  async #release(key: string, entry: Entry, request: LoadRequest): Promise<void> {
    entry.leases.delete(request)
    const opened = await entry.opening.catch(() => undefined)
    if (entry.leases.size > 0) {
      if (opened !== undefined) opened.model.idleMsMax = idleMsOf(entry.leases)
      return
    }
    this.#forget(key, entry)
    if (opened !== undefined) await this.#parts.residency.remove(opened.model)
  }

  /** A folder that cannot be made smaller now is tried again after the next load. */
  readonly #trim = (): Promise<void> => this.#parts.cache.trim().catch(() => undefined)

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
  }
}

interface HoldFiles {
  request: LoadRequest
  leases: ReadonlySet<LoadRequest>
  paths: readonly string[]
  open: Open
}

type Open = (request: LoadRequest) => Promise<OpenedModel>

/** From the repo of any who share it: the one that it came from first may be gone. @throws what the last one throws */
async function openAnew(leases: ReadonlySet<LoadRequest>, open: Open): Promise<void> {
  const requests = [...new Map([...leases].map((lease) => [lease.repoId, lease])).values()]
  const last = requests.pop()
  for (const request of requests) {
    try {
      await open(request)
      return
    } catch {
      // The next one may have what this one lacks.
    }
  }
  if (last !== undefined) await open(last)
}

interface LeaseParts {
  key: string
  entry: Entry
  request: LoadRequest
  model: ResidentModel
  opened: OpenedModel
}

/** A model that serves several deployments stays as long as any of them wants it to. */
const idleMsOf = (leases: ReadonlySet<LoadRequest>): number | undefined =>
  [...leases].some(({ idleMsMax }) => idleMsMax === undefined)
    ? undefined
    : Math.max(...[...leases].map(({ idleMsMax = 0 }) => idleMsMax))

/** A task has several names, and all of them are one model; run otherwise it is another. @throws AppError `unsupported_model` */
const keyOf = ({ revision, file, task, isolate = 'auto' }: LoadRequest): string =>
  `${revision}/${file} ${taskNamed(task).name}${isolate === 'auto' ? '' : ` ${isolate}`}`
