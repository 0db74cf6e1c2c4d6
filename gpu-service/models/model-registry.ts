import type { LostModel } from '../engine/engine.ts'
import { type DecidedRequest, type LoadRequest, type ModelLease, modelKeyOf } from './model-lease.ts'
import { SharedModel, type SharedModelParts } from './shared-model.ts'

/** The models deployed here. Deployments of one file share it, and it is loaded once. */
export class ModelRegistry {
  readonly #parts: SharedModelParts
  readonly #models = new Map<string, SharedModel>()

  constructor(parts: SharedModelParts) {
    this.#parts = parts
  }

  /** @throws AppError `unsupported_model`, `model_too_large` */
  async acquire(asked: LoadRequest): Promise<ModelLease> {
    const request = { ...asked, isolate: asked.isolate ?? this.#parts.settings.isolate }
    const key = modelKeyOf(request)
    const model = this.#models.get(key) ?? this.#open(key, request)
    try {
      return await model.acquire(request)
    } finally {
      void this.#trim()
    }
  }

  /** Call when an engine lost a model, so that the next request loads it again. */
  lose({ modelId, error }: LostModel): void {
    for (const model of [...this.#models.values()]) if (model.modelId === modelId) model.lose(error)
  }

  #open(key: string, request: DecidedRequest): SharedModel {
    const onUnused = () => {
      if (this.#models.get(key) === model) this.#models.delete(key)
    }
    const model: SharedModel = new SharedModel({ ...this.#parts, key, request, onUnused })
    this.#models.set(key, model)
    return model
  }

  /** If the folder cannot be trimmed now, the next load tries again. */
  readonly #trim = (): Promise<void> => this.#parts.cache.trim().catch(() => undefined)
}
