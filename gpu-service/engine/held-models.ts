import { messageOf } from '../../shared/errors.ts'
import { type LostModel, ModelLost } from './engine.ts'

type Load = (model: { modelId: string; path: string }) => Promise<unknown>

/** What an engine was given, so that the process in a dead one's place gets it again; or why that could not be done. */
export class HeldModels {
  readonly #models = new Map<string, string | ModelLost>()
  readonly #restoring = new Set<string>()
  readonly #onLoss: (lost: LostModel) => void

  constructor(onLoss: (lost: LostModel) => void = () => {}) {
    this.#onLoss = onLoss
  }

  hold({ modelId, path }: { modelId: string; path: string }): void {
    this.#models.set(modelId, path)
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
    if (typeof this.#models.get(modelId) !== 'string') return
    const error = new ModelLost(`an engine died and could not load it again: ${messageOf(cause)}`)
    this.#models.set(modelId, error)
    this.#onLoss({ modelId, error })
  }

  /** Loads all of them; fulfilled when each is there or lost. */
  async restore(load: Load): Promise<void> {
    await Promise.all([...this.#models].map(([modelId, path]) => this.#restoreOne(modelId, path, load)))
  }

  /** A model that kills the process which loads it is not tried again and again. */
  loseRestoring(cause: unknown): void {
    for (const modelId of this.#restoring) this.lose(modelId, cause)
    this.#restoring.clear()
  }

  async #restoreOne(modelId: string, path: string | ModelLost, load: Load): Promise<void> {
    if (path instanceof ModelLost) return
    this.#restoring.add(modelId)
    try {
      await load({ modelId, path })
    } catch (error) {
      this.lose(modelId, error)
    }
    this.#restoring.delete(modelId)
  }
}
