import { messageOf } from '../../shared/errors.ts'
import { EngineDied, type LostModel, type ModelFile, ModelHung, ModelLost } from './engine.ts'

type Load = (model: ModelFile) => Promise<unknown>

/** A process may be killed from outside while loading, so only repeated deaths are blamed on the model. */
const deathsMax = 3

/** The models of an engine, to reload after a restart, or the reason why a reload failed. */
export class HeldModels {
  readonly #models = new Map<string, ModelFile | ModelLost>()
  /** How often in a row the process died while reloading a model. */
  readonly #deaths = new Map<string, number>()
  #restoring = new Set<string>()
  readonly #onLoss: (lost: LostModel) => void

  constructor(onLoss: (lost: LostModel) => void = () => {}) {
    this.#onLoss = onLoss
  }

  hold(model: ModelFile): void {
    this.#models.set(model.modelId, model)
  }

  drop(modelId: string): void {
    this.#models.delete(modelId)
    this.#deaths.delete(modelId)
  }

  /** @throws ModelLost */
  assertNotLost(modelId: string): void {
    const model = this.#models.get(modelId)
    if (model instanceof ModelLost) throw model
  }

  lose(modelId: string, cause: unknown): void {
    const model = this.#models.get(modelId)
    if (model === undefined || model instanceof ModelLost) return
    const isTold = cause instanceof ModelLost
    const error = isTold ? cause : new ModelLost(`an engine died and could not load it again: ${messageOf(cause)}`)
    this.#models.set(modelId, error)
    this.#onLoss({ modelId, error })
  }

  /** Reloads all models; resolves when each is loaded or lost, or the process has died. */
  async restore(load: Load): Promise<void> {
    const restoring = new Set<string>()
    this.#restoring = restoring
    const held = this.#models.values().flatMap((model) => (model instanceof ModelLost ? [] : [model]))
    await Promise.all([...held].map((model) => this.#restoreOne(model, restoring, load)))
  }

  async #restoreOne(model: ModelFile, restoring: Set<string>, load: Load): Promise<void> {
    const { modelId } = model
    restoring.add(modelId)
    try {
      await load(model)
      this.#deaths.delete(modelId)
    } catch (error) {
      // When the process dies, all loads fail, but only the current one may be the cause.
      if (!(error instanceof EngineDied)) this.lose(modelId, error)
    }
    restoring.delete(modelId)
  }

  /** Call when the process died: it was at the first of the pending reloads, or had not come to any. */
  endRestoring(cause: EngineDied, { isLoadToBlame }: { isLoadToBlame: boolean }): void {
    const [modelId] = this.#restoring
    this.#restoring.clear()
    if (modelId === undefined || !isLoadToBlame) return
    const deaths = (this.#deaths.get(modelId) ?? 0) + 1
    this.#deaths.set(modelId, deaths)
    if (cause instanceof ModelHung || deaths >= deathsMax) this.lose(modelId, cause)
  }
}
