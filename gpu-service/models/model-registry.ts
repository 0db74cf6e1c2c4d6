import type { EnginePool } from '../engine/engine-pool.ts'
import { type LoadedModel, type LoaderParts, type LoadRequest, loadModel, unloadModel } from './load-model.ts'

/** A hold on a loaded model. The last one that is given back unloads it. */
export interface ModelLease {
  model: LoadedModel
  release(): Promise<void>
}

interface Entry {
  loading: Promise<LoadedModel>
  leases: number
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
    const key = JSON.stringify([request.revision, request.file, request.task])
    const entry = this.#entries.get(key) ?? { loading: loadModel(request, this.#parts), leases: 0 }
    this.#entries.set(key, entry)
    entry.leases++
    try {
      const model = await entry.loading
      return { model, release: () => this.#release(key, entry, model) }
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  async #release(key: string, entry: Entry, model: LoadedModel): Promise<void> {
    entry.leases--
    if (entry.leases > 0) return
    this.#entries.delete(key)
    await unloadModel(model.modelId, this.#pool)
  }
}
