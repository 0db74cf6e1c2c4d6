import { errors } from '../../shared/errors.ts'
import { chooseVictim } from './choose-victim.ts'
import { isKept, KeptModels } from './kept-models.ts'
import type { EvictionReason, Resident } from './resident.ts'
import { Stay } from './stay.ts'
import { Wishes } from './wishes.ts'

export interface ResidencyOptions {
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
  readonly #now: () => number
  readonly #stays = new Map<Resident, Stay>()
  readonly #wishes = new Wishes()
  readonly #kept: KeptModels
  #timer: NodeJS.Timeout | undefined

  constructor(options: ResidencyOptions) {
    this.#options = options
    this.#kept = new KeptModels(options)
    this.#now = options.now ?? (() => performance.now())
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  get residentCount(): number {
    return this.#in().length
  }

  get heldBytes(): number {
    return bytesOf([...this.#stays.values()])
  }

  /** Why not all models can stay that are to be kept, where they cannot. */
  get keptFault(): string | undefined {
    return this.#kept.fault
  }

  /** When a model that is wanted will be in, about: after those that were asked for before, one by one. */
  comesInMs(model: Resident): number {
    return this.#wishes.loadsMsUntil(model)
  }

  /** Fulfilled when it is in the engines; asked for at the same time, it is loaded once. @throws what its load throws */
  want(model: Resident): Promise<void> {
    const { sizeBytes, name } = model
    const { maxBytes } = this.#options
    if (sizeBytes > maxBytes) return Promise.reject(errors.modelTooLarge({ model: name, sizeBytes, maxBytes }))
    if (isKept(model)) this.#kept.add(model)
    if (this.#stays.get(model)?.state === 'in') return Promise.resolve()
    const known = this.#wishes.of(model)
    if (known !== undefined) return known
    const granted = this.#wishes.add(model)
    this.#step()
    return granted
  }

  /** Told that a model may stay longer or shorter without work than before, or is to be kept, or no longer. */
  stayChanged(model: Resident): void {
    if (isKept(model) && model.sizeBytes <= this.#options.maxBytes) this.#kept.add(model)
    else this.#kept.delete(model)
    const stay = this.#stays.get(model)
    if (stay?.state === 'in') stay.waitForIdleness()
    this.#step()
  }

  /** Says that a model has done some of its work. */
  touch(model: Resident): void {
    const stay = this.#stays.get(model)
    if (stay?.state !== 'in') return
    stay.touch()
    if (this.#wishes.size > 0) this.#step()
  }

  /** Takes a model out that comes again as soon as it is wanted; nothing where it is out. Its runs in flight end first. */
  async giveUp(model: Resident): Promise<void> {
    const stay = this.#stays.get(model)
    if (stay?.state === 'coming') await stay.settled
    const held = this.#stays.get(model)
    if (held?.state === 'in') this.#evict(held, 'unload')
    await held?.settled
  }

  /** Takes a model out, whatever waits for it. */
  async remove(model: Resident): Promise<void> {
    this.#kept.delete(model)
    const stay = this.#stays.get(model)
    if (stay?.state === 'coming') await stay.settled
    this.#wishes.refuse(model, errors.modelNotReady(model.name, 'it was given up just now'))
    const held = this.#stays.get(model)
    if (held?.state === 'in') this.#send(held)
    await held?.settled
  }

  /** One step towards having in what was wanted first. Nobody overtakes it, so a large one is not kept out for ever. */
  #step(): void {
    clearTimeout(this.#timer)
    const stays = [...this.#stays.values()]
    const next = this.#wishes.next ?? this.#returning()
    const isLoading = stays.some(({ state }) => state === 'coming')
    if (isLoading || (next !== undefined && this.#stays.has(next))) return
    const heldBytes = bytesOf(stays.filter(({ state }) => state !== 'leaving'))
    const { maxBytes } = this.#options
    // What was loaded may have turned out to be larger than thought, so there may be too much without a wish.
    if (heldBytes + (next?.sizeBytes ?? 0) > maxBytes) this.#makeRoom()
    else if (next !== undefined && bytesOf(stays) + next.sizeBytes <= maxBytes) this.#bring(next)
  }

  /** Who comes without a wish: what is to be kept, and would have stayed had others not needed its place. */
  #returning(): Resident | undefined {
    const freeBytes = this.#options.maxBytes - this.heldBytes
    return this.#kept.returning({ freeBytes, isAway: (model) => !this.#stays.has(model) })
  }

  #makeRoom(): void {
    const nowMs = this.#now()
    const places = this.#in()
    const turnMsMax = this.#wishes.turnMsFor({ held: places.length, waitMsMax: this.#options.waitMsMax })
    const { victim, nextMs } = chooseVictim({ places, nowMs, turnMsMax })
    if (victim !== undefined) {
      this.#evict(victim, 'memory')
      this.#step()
    } else if (nextMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#step(), Math.max(1, nextMs - nowMs))
    }
  }

  #bring(model: Resident): void {
    const stay = new Stay({ model, now: this.#now, onIdle: (idle) => this.#evict(idle, 'idle') })
    this.#stays.set(model, stay)
    stay.settled = stay
      .come()
      .then(
        () => {
          this.#kept.judge()
          this.#wishes.grant(model)
        },
        (error) => {
          this.#stays.delete(model)
          // It comes again when somebody asks for it.
          this.#kept.delete(model)
          this.#wishes.refuse(model, error)
        },
      )
      .then(() => this.#step())
  }

  #in(): Stay[] {
    return [...this.#stays.values()].filter(({ state }) => state === 'in')
  }

  #evict(stay: Stay, reason: EvictionReason): void {
    this.#options.onEviction?.(reason)
    this.#send(stay)
  }

  #send(stay: Stay): void {
    stay.settled = stay.leave().then(() => {
      this.#stays.delete(stay.model)
      stay.model.left()
      this.#step()
    })
  }
}

const bytesOf = (stays: readonly Stay[]): number => stays.reduce((total, { model }) => total + model.sizeBytes, 0)
