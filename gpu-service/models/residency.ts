import { errors } from '../../shared/errors.ts'
import { chooseVictim, type Occupant } from './choose-victim.ts'

/** A model that can come into the engines and leave them. */
export interface Resident {
  /** For messages. */
  readonly name: string
  /** What it takes in all engines together, as far as is known; before it was measured, the size of its files. */
  readonly sizeBytes: number
  /** Whether a run of it is in flight or work for it waits. */
  readonly isBusy: boolean
  /** How long it took to come in the last time. */
  readonly loadMs: number | undefined
  /** How long it stays without work; for ever where this is undefined. */
  readonly idleMsMax: number | undefined
  /** Goes into every engine; its work can be run from then on. */
  enter(): Promise<void>
  /** Ends the runs in flight, begins none, and gives the memory back. Never rejects. */
  leave(): Promise<void>
  /** Told that its memory was given to others. */
  left(): void
}

export type EvictionReason = 'memory' | 'idle'

export interface ResidencyOptions {
  /** What all models together may take. */
  maxBytes: number
  /** Told of whoever had to leave. */
  onEviction?: (reason: EvictionReason) => void
  now?: () => number
}

interface Place extends Pick<Occupant, 'sinceMs' | 'usedMs' | 'turnMs'> {
  model: Resident
  state: 'coming' | 'in' | 'leaving'
  /** Fulfilled when it has come, or has left. */
  settled: Promise<void>
  idleTimer?: NodeJS.Timeout
}

/** Each load is paid back with answers for this many times as long before its model makes room for another. */
const turnPerLoad = 4
const turnMs = { min: 250, max: 5000 }

/**
 * Which models the engines hold, within a budget of memory. Those that are wanted come in one by one, in the order in
 * which they were asked for; the idle make room for them, then those that have had their turn.
 */
export class Residency {
  readonly #options: ResidencyOptions
  readonly #now: () => number
  readonly #places = new Map<Resident, Place>()
  readonly #wishes = new Map<Resident, PromiseWithResolvers<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: ResidencyOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  get residentCount(): number {
    return this.#in().length
  }

  get heldBytes(): number {
    return bytesOf([...this.#places.values()])
  }

  /** When a model that is wanted will be in, about: after those that were asked for before, one by one. */
  comesInMs(model: Resident): number {
    const wanted = [...this.#wishes.keys()]
    const ahead = wanted.slice(0, wanted.indexOf(model) + 1)
    return ahead.reduce((total, { loadMs = turnMs.min }) => total + loadMs, 0)
  }

  /** Fulfilled when it is in the engines; asked for at the same time, it is loaded once. @throws what its load throws */
  want(model: Resident): Promise<void> {
    const known = this.#wishes.get(model)
    if (known !== undefined) return known.promise
    if (this.#places.get(model)?.state === 'in') return Promise.resolve()
    const { sizeBytes, name } = model
    const { maxBytes } = this.#options
    if (sizeBytes > maxBytes) return Promise.reject(errors.modelTooLarge({ model: name, sizeBytes, maxBytes }))
    const wish = Promise.withResolvers<void>()
    this.#wishes.set(model, wish)
    this.#step()
    return wish.promise
  }

  /** Says that a model has done some of its work. */
  touch(model: Resident): void {
    const place = this.#places.get(model)
    if (place?.state !== 'in') return
    place.usedMs = this.#now()
    this.#watchIdleness(place)
    if (this.#wishes.size > 0) this.#step()
  }

  /** Takes a model out, whatever waits for it. */
  async remove(model: Resident): Promise<void> {
    const place = this.#places.get(model)
    if (place?.state === 'coming') await place.settled
    const wish = this.#wishes.get(model)
    this.#wishes.delete(model)
    wish?.reject(errors.modelNotReady(model.name, 'it was given up just now'))
    const held = this.#places.get(model)
    if (held?.state === 'in') this.#send(held)
    await held?.settled
  }

  /** One step towards having in what was wanted first. Nobody overtakes it, so a large one is not kept out for ever. */
  #step(): void {
    clearTimeout(this.#timer)
    const places = [...this.#places.values()]
    const [next] = this.#wishes.keys()
    const isLoading = places.some(({ state }) => state === 'coming')
    if (isLoading || (next !== undefined && this.#places.has(next))) return
    const heldBytes = bytesOf(places.filter(({ state }) => state !== 'leaving'))
    const { maxBytes } = this.#options
    // What was loaded may have turned out to be larger than thought, so there may be too much without a wish.
    if (heldBytes + (next?.sizeBytes ?? 0) > maxBytes) this.#makeRoom()
    else if (next !== undefined && bytesOf(places) + next.sizeBytes <= maxBytes) this.#bring(next)
  }

  #makeRoom(): void {
    const nowMs = this.#now()
    const occupants = this.#in().map((place) => {
      const { isBusy, idleMsMax } = place.model
      return { ...place, place, isBusy, isKept: idleMsMax === undefined }
    })
    const { victim, nextMs } = chooseVictim({ places: occupants, nowMs })
    if (victim !== undefined) {
      this.#evict(victim.place, 'memory')
      this.#step()
    } else if (nextMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#step(), Math.max(1, nextMs - nowMs))
    }
  }

  #bring(model: Resident): void {
    const startedMs = this.#now()
    const place: Place = { model, state: 'coming', sinceMs: 0, usedMs: 0, turnMs: 0, settled: Promise.resolve() }
    this.#places.set(model, place)
    place.settled = model
      .enter()
      .then(
        () => {
          const nowMs = this.#now()
          place.state = 'in'
          place.sinceMs = nowMs
          place.usedMs = nowMs
          place.turnMs = Math.min(turnMs.max, Math.max(turnMs.min, turnPerLoad * (nowMs - startedMs)))
          this.#watchIdleness(place)
          this.#grant(model)?.resolve()
        },
        (error) => {
          this.#places.delete(model)
          this.#grant(model)?.reject(error)
        },
      )
      .then(() => this.#step())
  }

  #in(): Place[] {
    return [...this.#places.values()].filter(({ state }) => state === 'in')
  }

  #grant(model: Resident): PromiseWithResolvers<void> | undefined {
    const wish = this.#wishes.get(model)
    this.#wishes.delete(model)
    return wish
  }

  #evict(place: Place, reason: EvictionReason): void {
    this.#options.onEviction?.(reason)
    this.#send(place)
  }

  #send(place: Place): void {
    const { model } = place
    clearTimeout(place.idleTimer)
    place.state = 'leaving'
    place.settled = model.leave().then(() => {
      this.#places.delete(model)
      model.left()
      this.#step()
    })
  }

  #watchIdleness(place: Place): void {
    clearTimeout(place.idleTimer)
    const { idleMsMax } = place.model
    if (idleMsMax === undefined) return
    const leaveIfIdle = () => {
      if (place.state === 'in' && !place.model.isBusy) this.#evict(place, 'idle')
    }
    place.idleTimer = setTimeout(leaveIfIdle, idleMsMax).unref()
  }
}

const bytesOf = (places: readonly Place[]): number => places.reduce((total, { model }) => total + model.sizeBytes, 0)
