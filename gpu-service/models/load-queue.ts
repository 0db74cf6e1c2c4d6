import type { Resident } from './resident.ts'
import { turnMs, turnMsFor } from './turns.ts'

/** The models that are to be loaded, in the order in which they were asked for. */
export class LoadQueue {
  readonly #loads = new Map<Resident, PromiseWithResolvers<void>>()

  get size(): number {
    return this.#loads.size
  }

  /** Whose turn it is to come in. */
  get next(): Resident | undefined {
    return this.#loads.keys().next().value
  }

  /** Fulfilled when it has come in; `undefined` where nobody asked for it. */
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

  /** How long the loads take, about, until a model is in. */
  loadsMsUntil(model: Resident): number {
    const wanted = [...this.#loads.keys()]
    const ahead = wanted.slice(0, wanted.indexOf(model) + 1)
    return ahead.reduce((total, { loadMs = turnMs.min }) => total + loadMs, 0)
  }

  /** The more wait, the shorter the turns of those that are in: none of them is to wait in vain. */
  turnMsFor({ held, waitMsMax }: { held: number; waitMsMax: number }): number {
    return turnMsFor({ waiting: this.size, held, loadMs: this.next?.loadMs ?? 0, waitMsMax })
  }

  #take(model: Resident): PromiseWithResolvers<void> | undefined {
    const load = this.#loads.get(model)
    this.#loads.delete(model)
    return load
  }
}
