import { messageOf } from '../../shared/errors.ts'
import { type LostModel, type ModelFile, ModelLost } from './engine.ts'

type Load = (model: ModelFile) => Promise<unknown>

/** What an engine was given, so that the process in a dead one's place gets it again; or why that could not be done. */
export class HeldModels {
  readonly #models = new Map<string, ModelFile | ModelLost>()
  readonly #restoring = new Set<string>()
  readonly #onLoss: (lost: LostModel) => void

  constructor(onLoss: (lost: LostModel) => void = () => {}) {
    this.#onLoss = onLoss
  }

  hold(model: ModelFile): void {
    this.#models.set(model.modelId, model)
  }

  drop(modelId: string): void {
    this.#models.delete(modelId)
  }

  /** @throws ModelLost */
  assertNotLost(modelId: string): void {
    const model = this.#models.get(modelId)
    if (model instanceof ModelLost) throw model
  }

  lose(modelId: string, cause: unknown): void {
    const model = this.#models.get(modelId)
    if (model === undefined || model instanceof ModelLost) return
    const error = new ModelLost(`an engine died and could not load it again: ${messageOf(cause)}`)
    this.#models.set(modelId, error)
    this.#onLoss({ modelId, error })
  }

  /** Loads all of them; fulfilled when each is there or lost. */
  async restore(load: Load): Promise<void> {
    await Promise.all([...this.#models.values()].map((model) => this.#restoreOne(model, load)))
  }

  async #restoreOne(model: ModelFile | ModelLost, load: Load): Promise<void> {
    if (model instanceof ModelLost) return
    const { modelId } = model
    this.#restoring.add(modelId)
    try {
      await load(model)
    } catch (error) {
      this.lose(modelId, error)
    }
    this.#restoring.delete(modelId)
  }

  /** A model that kills the process which loads it is not tried again and again. */
  loseRestoring(cause: unknown): void {
    for (const modelId of this.#restoring) this.lose(modelId, cause)
    this.#restoring.clear()
  }
}
