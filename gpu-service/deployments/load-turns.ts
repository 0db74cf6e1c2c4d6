import type { DeploymentSlot } from './deployment-slot.ts'

type Loadable = Pick<DeploymentSlot, 'isDue' | 'load'>

/** Lets so many models be fetched and loaded at once, so that a thousand of them do not share one network and one disk. */
export class LoadTurns {
  readonly #atOnce: number
  readonly #waiting = new Map<Loadable, () => void>()
  #running = 0

  constructor({ atOnce }: { atOnce: number }) {
    this.#atOnce = atOnce
  }

  /** Loads a slot that is due when its turn comes, if it is due still; `undefined` where it waits for that already. */
  take(slot: Loadable): Promise<void> | undefined {
    if (!slot.isDue || this.#waiting.has(slot)) return undefined
    const turn = new Promise<void>((resolve) => this.#waiting.set(slot, resolve))
    const loaded = turn.then(() => (slot.isDue ? slot.load() : undefined)).finally(() => this.#end())
    this.#next()
    return loaded
  }

  #end(): void {
    this.#running--
    this.#next()
  }

  #next(): void {
    for (const [slot, begin] of this.#waiting) {
      if (this.#running >= this.#atOnce) return
      this.#waiting.delete(slot)
      this.#running++
      begin()
    }
  }
}
