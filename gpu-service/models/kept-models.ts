import type { Resident } from './resident.ts'

/** The models that deployments want to keep loaded, whether they are loaded or had to make room. */
export class KeptModels {
  readonly #maxBytes: number
  readonly #models = new Set<Resident>()
  /** Why not all of them fit, if they do not. */
  fault: string | undefined

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  add(model: Resident): void {
    this.#models.add(model)
    this.judge()
  }

  delete(model: Resident): void {
    this.#models.delete(model)
    this.judge()
  }

  /** Checks again whether they fit, after a load has shown a new size or a deployment has changed. */
  judge(): void {
    const neededBytes = [...this.#models].filter(isKept).reduce((total, { sizeBytes }) => total + sizeBytes, 0)
    this.fault =
      neededBytes <= this.#maxBytes
        ? undefined
        : `The models to keep loaded need about ${inMegabytes(neededBytes)} together, but the limit is ${inMegabytes(this.#maxBytes)}: they take turns, each loaded on request.`
  }

  /** A model that had to make room and fits again. If not all fit, each waits for a request instead. */
  toReload({
    freeBytes,
    isUnloaded,
  }: {
    freeBytes: number
    isUnloaded: (model: Resident) => boolean
  }): Resident | undefined {
    if (this.fault !== undefined) return undefined
    return this.#models.values().find((model) => isKept(model) && isUnloaded(model) && model.sizeBytes <= freeBytes)
  }
}

export const isKept = ({ idleMsMax }: Resident): boolean => idleMsMax === undefined

const inMegabytes = (sizeBytes: number): string => `${Math.ceil(sizeBytes / 1e6)} MB`
