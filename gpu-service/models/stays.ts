import type { EvictionReason, Resident } from './resident.ts'
import { Stay } from './stay.ts'

interface StaysOptions {
  now: () => number
  /** Called for each eviction. */
  onEviction: ((reason: EvictionReason) => void) | undefined
  /** Called after each load. */
  onEntered: (model: Resident) => void
  /** Called after a failed load. */
  onFailed: (model: Resident, error: unknown) => void
  /** Called after each of these, and after an unload. */
  onChange: () => void
}

/** The models that are loaded, being loaded or being unloaded, and their sizes. */
export class Stays {
  readonly #options: StaysOptions
  readonly #stays = new Map<Resident, Stay>()

  constructor(options: StaysOptions) {
    this.#options = options
  }

  of(model: Resident): Stay | undefined {
    return this.#stays.get(model)
  }

  has(model: Resident): boolean {
    return this.#stays.has(model)
  }

  get count(): number {
    return this.#stays.size
  }

  /** Those that can run. */
  get loaded(): Stay[] {
    return [...this.#stays.values()].filter(({ state }) => state === 'loaded')
  }

  get areLoading(): boolean {
    return this.#stays.values().some(({ state }) => state === 'loading')
  }

  get heldBytes(): number {
    return bytesOf([...this.#stays.values()])
  }

  /** The memory without that of the leaving models. */
  get stayingBytes(): number {
    return bytesOf([...this.#stays.values()].filter(({ state }) => state !== 'unloading'))
  }

  load(model: Resident): void {
    const { now, onEntered, onFailed, onChange } = this.#options
    const stay = new Stay({ model, now, onIdle: (idle) => this.evict(idle, 'idle') })
    this.#stays.set(model, stay)
    stay.settled = stay
      .load()
      .then(
        () => onEntered(model),
        (error) => {
          this.#stays.delete(model)
          onFailed(model, error)
        },
      )
      .then(onChange)
  }

  evict(stay: Stay, reason: EvictionReason): void {
    this.#options.onEviction?.(reason)
    this.unload(stay)
  }

  /** Unloads one. */
  unload(stay: Stay): void {
    stay.settled = stay.unload().then(() => {
      this.#stays.delete(stay.model)
      stay.model.left()
      this.#options.onChange()
    })
  }
}

const bytesOf = (stays: readonly Stay[]): number => stays.reduce((total, { model }) => total + model.sizeBytes, 0)
