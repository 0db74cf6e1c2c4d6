import type { Resident } from './resident.ts'
import { turnMs, turnMsFor } from './turns.ts'

/** The models that are to come in, in the order in which they were asked for. */
export class Wishes {
  readonly #wishes = new Map<Resident, PromiseWithResolvers<void>>()

  get size(): number {
    return this.#wishes.size
  }

  /** Whose turn it is to come in. */
  get next(): Resident | undefined {
    return this.#wishes.keys().next().value
  }

  /** Fulfilled when it has come in; `undefined` where nobody asked for it. */
  of(model: Resident): Promise<void> | undefined {
    return this.#wishes.get(model)?.promise
  }

  add(model: Resident): Promise<void> {
    const wish = Promise.withResolvers<void>()
    this.#wishes.set(model, wish)
    return wish.promise
  }

  grant(model: Resident): void {
    this.#take(model)?.resolve()
  }

  refuse(model: Resident, error: unknown): void {
    this.#take(model)?.reject(error)
  }

  /** How long the loads take, about, until a model is in. */
  loadsMsUntil(model: Resident): number {
    const wanted = [...this.#wishes.keys()]
    const ahead = wanted.slice(0, wanted.indexOf(model) + 1)
    return ahead.reduce((total, { loadMs = turnMs.min }) => total + loadMs, 0)
  }

  /** The more wait, the shorter the turns of those that are in: none of them is to wait in vain. */
  turnMsFor({ held, waitMsMax }: { held: number; waitMsMax: number }): number {
    return turnMsFor({ waiting: this.size, held, loadMs: this.next?.loadMs ?? 0, waitMsMax })
  }

  #take(model: Resident): PromiseWithResolvers<void> | undefined {
    const wish = this.#wishes.get(model)
    this.#wishes.delete(model)
    return wish
  }
}
