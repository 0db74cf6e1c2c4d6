import type { DeploymentSlot } from './deployment-slot.ts'

type Loadable = Pick<DeploymentSlot, 'isDue' | 'load'>

/** Limits concurrent loads, so that a thousand models do not share one network and disk. */
export class LoadTurns {
  readonly #concurrency: number
  readonly #waiting = new Map<Loadable, () => void>()
  #running = 0

  constructor({ concurrency }: { concurrency: number }) {
    this.#concurrency = concurrency
  }

  /** Loads a slot when its turn comes, if it is still due then. Returns undefined if it is not due or already waits. */
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
      if (this.#running >= this.#concurrency) return
      this.#waiting.delete(slot)
      this.#running++
      begin()
    }
  }
}
