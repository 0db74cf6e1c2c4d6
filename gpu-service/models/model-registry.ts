import { randomUUID } from 'node:crypto'
import type { LostModel, ModelLost } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import { taskNamed } from '../tasks/tasks.ts'
import { type LoadedModel, type LoaderParts, type LoadRequest, loadModel, unloadModel } from './load-model.ts'

/** A hold on a loaded model. The last one that is given back unloads it. */
export interface ModelLease {
  model: LoadedModel
  release(): Promise<void>
}

interface Entry {
  modelId: string
  revision: string
  loading: Promise<LoadedModel>
  leases: number
  /** Why an engine does not hold it any more. */
  lost?: ModelLost
}

/** The models that the engines hold: two deployments of one file share it, and it is loaded once whoever asks. */
export class ModelRegistry {
  readonly #parts: LoaderParts
  readonly #pool: EnginePool
  readonly #entries = new Map<string, Entry>()

  constructor(parts: LoaderParts) {
    this.#parts = parts
    this.#pool = parts.pool
  }

  /** @throws AppError `unsupported_model` */
  async acquire(request: LoadRequest): Promise<ModelLease> {
    const key = keyOf(request)
    const entry = this.#entries.get(key) ?? this.#load(key, request)
    entry.leases++
    try {
      const model = await entry.loading
      if (entry.lost !== undefined) {
        await this.#release(key, entry)
        throw entry.lost
      }
      return { model, release: () => this.#release(key, entry) }
    } catch (error) {
      this.#forget(key, entry)
      throw error
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

  #load(key: string, request: LoadRequest): Entry {
    // Each load has an id of its own in the engines, so that giving one back late never unloads the next.
    const modelId = `${key} ${randomUUID()}`
    const loading = loadModel({ ...request, modelId }, this.#parts)
    const entry: Entry = { modelId, revision: request.revision, loading, leases: 0 }
    this.#entries.set(key, entry)
    void loading.then(this.#trim, this.#trim)
    return entry
  }

  async #release(key: string, entry: Entry): Promise<void> {
    entry.leases--
    if (entry.leases > 0) return
    this.#forget(key, entry)
    const model = await entry.loading.catch(() => undefined)
    if (model !== undefined) await unloadModel(model, this.#pool)
  }

  /** A folder that cannot be made smaller now is tried again after the next load. */
  readonly #trim = (): Promise<void> =>
    this.#parts.cache
      .trim((revision) => this.#entries.values().some((entry) => entry.revision === revision))
      .catch(() => undefined)

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
  }
}

/** A task has several names, and all of them are one model. @throws AppError `unsupported_model` */
const keyOf = ({ revision, file, task }: LoadRequest): string => `${revision}/${file} ${taskNamed(task).name}`
