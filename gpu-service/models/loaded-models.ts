import { LoadedModel } from './loaded-model.ts'
import type { EvictionReason, Resident } from './resident.ts'

interface LoadedModelsOptions {
  now: () => number
  /** Called for each eviction. */
  onEviction: ((reason: EvictionReason) => void) | undefined
  /** Called after each load. */
  onLoaded: (model: Resident) => void
  /** Called after a failed load. */
  onFailed: (model: Resident, error: unknown) => void
  /** Called after each of these, and after an unload. */
  onChange: () => void
}

/** The models that are loaded, being loaded or being unloaded, and their sizes. */
export class LoadedModels {
  readonly #options: LoadedModelsOptions
  readonly #models = new Map<Resident, LoadedModel>()

  constructor(options: LoadedModelsOptions) {
    this.#options = options
  }

  of(model: Resident): LoadedModel | undefined {
    return this.#models.get(model)
  }

  has(model: Resident): boolean {
    return this.#models.has(model)
  }

  get count(): number {
    return this.#models.size
  }

  /** Those that can run. */
  get ready(): LoadedModel[] {
    return [...this.#models.values()].filter(({ state }) => state === 'loaded')
  }

  get areLoading(): boolean {
    return this.#models.values().some(({ state }) => state === 'loading')
  }

  get heldBytes(): number {
    return bytesOf([...this.#models.values()])
  }

  /** The memory without that of the leaving models. */
  get stayingBytes(): number {
    return bytesOf([...this.#models.values()].filter(({ state }) => state !== 'unloading'))
  }

  load(model: Resident): void {
    const { now, onLoaded, onFailed, onChange } = this.#options
    const loaded = new LoadedModel({ model, now, onIdle: (idle) => this.evict(idle, 'idle') })
    this.#models.set(model, loaded)
    loaded.settled = loaded
      .load()
      .then(
        () => onLoaded(model),
        (error) => {
          this.#models.delete(model)
          onFailed(model, error)
        },
      )
      .then(onChange)
  }

  evict(loaded: LoadedModel, reason: EvictionReason): void {
    this.#options.onEviction?.(reason)
    this.unload(loaded)
  }

  /** Unloads one. */
  unload(loaded: LoadedModel): void {
    loaded.settled = loaded.unload().then(() => {
      this.#models.delete(loaded.model)
      loaded.model.unloaded()
      this.#options.onChange()
    })
  }
}

const bytesOf = (models: readonly LoadedModel[]): number =>
  models.reduce((total, { model }) => total + model.sizeBytes, 0)
