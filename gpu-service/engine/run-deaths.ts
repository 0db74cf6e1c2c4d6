import { type EngineDied, ModelEndsEngines } from './engine.ts'

/** An input that crashes the model costs three engines, and a few such inputs may come in a row. */
const deathsMax = 12

/**
 * Counts how many engines in a row crashed while running a model, without a successful run in between. Each crash also
 * takes other models down until they are reloaded, so a model that keeps crashing is given up.
 */
export class RunDeaths {
  readonly #deaths = new Map<string, number>()

  answered(modelId: string): void {
    this.#deaths.delete(modelId)
  }

  /** Call when the model is unloaded; its id is not used again. */
  forget(modelId: string): void {
    this.#deaths.delete(modelId)
  }

  /** Returns an error if the model is given up. */
  died(modelId: string, { isByItself, message }: EngineDied): ModelEndsEngines | undefined {
    if (!isByItself) return undefined
    const deaths = (this.#deaths.get(modelId) ?? 0) + 1
    this.#deaths.set(modelId, deaths)
    if (deaths < deathsMax) return undefined
    this.#deaths.delete(modelId)
    return new ModelEndsEngines(
      `${deaths} engines ended over its runs, one after the other, the last one so: ${message}`,
    )
  }
}
