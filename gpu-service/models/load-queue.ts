import type { Resident } from './resident.ts'
import { turnMs, turnMsFor } from './turn-length.ts'

/** The models to load, in order of request. */
export class LoadQueue {
  readonly #loads = new Map<Resident, PromiseWithResolvers<void>>()

  get size(): number {
    return this.#loads.size
  }

  /** The next to load. */
  get next(): Resident | undefined {
    return this.#loads.keys().next().value
  }

  /** Resolves when the model is loaded; undefined if its load was not requested. */
  of(model: Resident): Promise<void> | undefined {
    return this.#loads.get(model)?.promise
  }

  add(model: Resident): Promise<void> {
    const load = Promise.withResolvers<void>()
    this.#loads.set(model, load)
    return load.promise
  }

  grant(model: Resident): void {
    this.#take(model)?.resolve()
  }

  refuse(model: Resident, error: unknown): void {
    this.#take(model)?.reject(error)
  }

  /** The estimated time until a model is loaded. */
  loadsMsUntil(model: Resident): number {
    const wanted = [...this.#loads.keys()]
    const ahead = wanted.slice(0, wanted.indexOf(model) + 1)
    return ahead.reduce((total, { loadMs = turnMs.min }) => total + loadMs, 0)
  }

  /** The more models wait, the shorter are the turns of loaded ones, so that none waits in vain. */
  turnMsFor({ held, waitMsMax }: { held: number; waitMsMax: number }): number {
    return turnMsFor({ waiting: this.size, held, loadMs: this.next?.loadMs ?? 0, waitMsMax })
  }

  #take(model: Resident): PromiseWithResolvers<void> | undefined {
    const load = this.#loads.get(model)
    this.#loads.delete(model)
    return load
  }
}
