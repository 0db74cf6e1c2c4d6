import type { EvictionReason, Resident } from './resident.ts'
import { Stay } from './stay.ts'

interface StaysOptions {
  now: () => number
  /** Told of whoever had to leave. */
  onEviction: ((reason: EvictionReason) => void) | undefined
  /** Told of whoever has come in. */
  onEntered: (model: Resident) => void
  /** Told of whoever could not come in. */
  onFailed: (model: Resident, error: unknown) => void
  /** Told behind each of these, and when somebody has left. */
  onChange: () => void
}

/** The models that are in the engines, come in or leave, and what they take. */
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

  /** Those that can be asked. */
  get present(): Stay[] {
    return [...this.#stays.values()].filter(({ state }) => state === 'in')
  }

  get areLoading(): boolean {
    return this.#stays.values().some(({ state }) => state === 'coming')
  }

  get heldBytes(): number {
    return bytesOf([...this.#stays.values()])
  }

  /** What they take when those have left that are leaving. */
  get stayingBytes(): number {
    return bytesOf([...this.#stays.values()].filter(({ state }) => state !== 'leaving'))
  }

  bring(model: Resident): void {
    const { now, onEntered, onFailed, onChange } = this.#options
    const stay = new Stay({ model, now, onIdle: (idle) => this.evict(idle, 'idle') })
    this.#stays.set(model, stay)
    stay.settled = stay
      .come()
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
    this.send(stay)
  }

  /** Has one leave. */
  send(stay: Stay): void {
    stay.settled = stay.leave().then(() => {
      this.#stays.delete(stay.model)
      stay.model.left()
      this.#options.onChange()
    })
  }
}

const bytesOf = (stays: readonly Stay[]): number => stays.reduce((total, { model }) => total + model.sizeBytes, 0)
