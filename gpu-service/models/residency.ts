import { errors } from '../../shared/errors.ts'
import { Evictor } from './evictor.ts'
import { isKept, KeptModels } from './kept-models.ts'
import { LoadQueue } from './load-queue.ts'
import type { EvictionReason, Resident } from './resident.ts'
import { Stays } from './stays.ts'

interface ResidencyOptions {
  /** What all models together may take. */
  maxBytes: number
  /** How long a model may wait for its turn, where its loads take no longer. */
  waitMsMax: number
  /** Told of whoever had to leave. */
  onEviction?: (reason: EvictionReason) => void
  now?: () => number
}

/**
 * Which models the engines hold, within a budget of memory. Those that are wanted come in one by one, in the order in
 * which they were asked for; the idle make room for them, then those that have had their turn.
 */
export class Residency {
  readonly #options: ResidencyOptions
  readonly #stays: Stays
  readonly #loads = new LoadQueue()
  readonly #kept: KeptModels
  readonly #evictor: Evictor

  constructor(options: ResidencyOptions) {
    this.#options = options
    this.#kept = new KeptModels(options)
    const { now = () => performance.now(), waitMsMax, onEviction } = options
    const again = () => this.#step()
    this.#stays = new Stays({
      now,
      onEviction,
      onEntered: (model) => {
        this.#kept.judge()
        this.#loads.grant(model)
      },
      onFailed: (model, error) => {
        // It comes again when somebody asks for it.
        this.#kept.delete(model)
        this.#loads.refuse(model, error)
      },
      onChange: again,
    })
    this.#evictor = new Evictor({ stays: this.#stays, loads: this.#loads, waitMsMax, now, again })
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  get residentCount(): number {
    return this.#stays.present.length
  }

  get heldBytes(): number {
    return this.#stays.heldBytes
  }

  /** Whether the engines hold others than this one, those included that come in or leave. */
  holdsBeside(model: Resident): boolean {
    return this.#stays.count > (this.#stays.has(model) ? 1 : 0)
  }

  /** Why not all models can stay that are to be kept, where they cannot. */
  get keptFault(): string | undefined {
    return this.#kept.fault
  }

  /** When a model that is wanted will be in, about: after those that were asked for before, one by one. */
  comesInMs(model: Resident): number {
    return this.#loads.loadsMsUntil(model)
  }

  /** Fulfilled when it is in the engines; asked for at the same time, it is loaded once. @throws what its load throws */
  want(model: Resident): Promise<void> {
    const { sizeBytes, name } = model
    const { maxBytes } = this.#options
    if (sizeBytes > maxBytes) return Promise.reject(errors.modelTooLarge({ model: name, sizeBytes, maxBytes }))
    if (isKept(model)) this.#kept.add(model)
    if (this.#stays.of(model)?.state === 'in') return Promise.resolve()
    const known = this.#loads.of(model)
    if (known !== undefined) return known
    const granted = this.#loads.add(model)
    this.#step()
    return granted
  }

  /** Told that a model may stay longer or shorter without work than before, or is to be kept, or no longer. */
  stayChanged(model: Resident): void {
    if (isKept(model) && model.sizeBytes <= this.#options.maxBytes) this.#kept.add(model)
    else this.#kept.delete(model)
    const stay = this.#stays.of(model)
    if (stay?.state === 'in') stay.waitForIdleness()
    this.#step()
  }

  /** Says that a model has done some of its work. */
  touch(model: Resident): void {
    const stay = this.#stays.of(model)
    if (stay?.state !== 'in') return
    stay.touch()
    if (this.#loads.size > 0) this.#step()
  }

  /** Takes a model out that comes again as soon as it is wanted; nothing where it is out. Its runs in flight end first. */
  async giveUp(model: Resident): Promise<void> {
    const stay = this.#stays.of(model)
    if (stay?.state === 'coming') await stay.settled
    const held = this.#stays.of(model)
    if (held?.state === 'in') this.#stays.evict(held, 'unload')
    await held?.settled
  }

  /** Takes a model out, whatever waits for it. */
  async remove(model: Resident): Promise<void> {
    this.#kept.delete(model)
    const stay = this.#stays.of(model)
    if (stay?.state === 'coming') await stay.settled
    this.#loads.refuse(model, errors.modelNotReady(model.name, 'it was given up just now'))
    const held = this.#stays.of(model)
    if (held?.state === 'in') this.#stays.send(held)
    await held?.settled
  }

  /** One step towards loading what was wanted first. Nothing overtakes it, so that a large one is not kept out for ever. */
  #step(): void {
    this.#evictor.stop()
    const next = this.#loads.next ?? this.#returning()
    if (this.#stays.areLoading || (next !== undefined && this.#stays.has(next))) return
    const { maxBytes } = this.#options
    const { heldBytes, stayingBytes } = this.#stays
    // What was loaded may have turned out to be larger than thought, so there may be too much without anybody wanting more.
    if (stayingBytes + (next?.sizeBytes ?? 0) > maxBytes) this.#evictor.makeRoom()
    else if (next !== undefined && heldBytes + next.sizeBytes <= maxBytes) this.#stays.bring(next)
  }

  /** Who is loaded without being asked for: what is to be kept, and would have stayed had others not needed its place. */
  #returning(): Resident | undefined {
    const freeBytes = this.#options.maxBytes - this.heldBytes
    return this.#kept.returning({ freeBytes, isAway: (model) => !this.#stays.has(model) })
  }
}
