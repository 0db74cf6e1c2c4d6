import { type EngineDied, ModelEndsEngines } from './engine.ts'

/** Three engines for one input that a model cannot be run on, and a few such inputs in a row. */
const deathsMax = 12

/**
 * How many engines in a row ended by themselves over runs of a model, on this machine, without a run that was answered in
 * between. Each takes the others' models with it until they are loaded again, so that there is an end to it.
 */
export class RunDeaths {
  readonly #deaths = new Map<string, number>()

  answered(modelId: string): void {
    this.#deaths.delete(modelId)
  }

  /** It is taken out: under its id none comes again. */
  forget(modelId: string): void {
    this.#deaths.delete(modelId)
  }

  /** Gives why the model is not to be run any more, where that is so. */
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
