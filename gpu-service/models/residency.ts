import { errors } from '../../shared/errors.ts'
import { Evictor } from './evictor.ts'
import { isKept, KeptModels } from './kept-models.ts'
import { LoadQueue } from './load-queue.ts'
import { LoadedModels } from './loaded-models.ts'
import type { EvictionReason, Resident } from './resident.ts'

interface ResidencyOptions {
  /** The budget of all models together. */
  maxBytes: number
  /** How long a model may wait for its turn, if loads are shorter. */
  waitMsMax: number
  /** Called for each eviction. */
  onEviction?: (reason: EvictionReason) => void
  now?: () => number
}

/**
 * Which models the engines have, within a memory budget. Wanted models are loaded one by one in order of request; idle
 * ones make room first, then those whose turn is over.
 */
export class Residency {
  readonly #options: ResidencyOptions
  readonly #loaded: LoadedModels
  readonly #loads = new LoadQueue()
  readonly #kept: KeptModels
  readonly #evictor: Evictor

  constructor(options: ResidencyOptions) {
    this.#options = options
    this.#kept = new KeptModels(options)
    const { now = () => performance.now(), waitMsMax, onEviction } = options
    const again = () => this.#step()
    this.#loaded = new LoadedModels({
      now,
      onEviction,
      onLoaded: (model) => {
        this.#kept.judge()
        this.#loads.grant(model)
      },
      onFailed: (model, error) => {
        // It is loaded again on the next request.
        this.#kept.delete(model)
        this.#loads.refuse(model, error)
      },
      onChange: again,
    })
    this.#evictor = new Evictor({ loadedModels: this.#loaded, loads: this.#loads, waitMsMax, now, again })
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  get residentCount(): number {
    return this.#loaded.ready.length
  }

  get heldBytes(): number {
    return this.#loaded.heldBytes
  }

  /** Whether the engines have other models, including those being loaded or unloaded. */
  holdsOthers(model: Resident): boolean {
    return this.#loaded.count > (this.#loaded.has(model) ? 1 : 0)
  }

  /** Why not all models that should stay fit, if they do not. */
  get keptFault(): string | undefined {
    return this.#kept.fault
  }

  /** The estimated time until a wanted model is loaded, after earlier requests. */
  loadsInMs(model: Resident): number {
    return this.#loads.loadsMsUntil(model)
  }

  /** Resolves when it is loaded; concurrent calls share one load. @throws what its load throws */
  want(model: Resident): Promise<void> {
    const { sizeBytes, name } = model
    const { maxBytes } = this.#options
    if (sizeBytes > maxBytes) return Promise.reject(errors.modelTooLarge({ model: name, sizeBytes, maxBytes }))
    if (isKept(model)) this.#kept.add(model)
    if (this.#loaded.of(model)?.state === 'loaded') return Promise.resolve()
    const known = this.#loads.of(model)
    if (known !== undefined) return known
    const granted = this.#loads.add(model)
    this.#step()
    return granted
  }

  /** Called when how long a model stays loaded without work changed. */
  idleLimitChanged(model: Resident): void {
    if (isKept(model) && model.sizeBytes <= this.#options.maxBytes) this.#kept.add(model)
    else this.#kept.delete(model)
    const loaded = this.#loaded.of(model)
    if (loaded?.state === 'loaded') loaded.waitForIdleness()
    this.#step()
  }

  /** Records that a model has worked. */
  touch(model: Resident): void {
    const loaded = this.#loaded.of(model)
    if (loaded?.state !== 'loaded') return
    loaded.touch()
    if (this.#loads.size > 0) this.#step()
  }

  /** Unloads a model after its current runs, until it is wanted again. */
  async unload(model: Resident): Promise<void> {
    const loaded = this.#loaded.of(model)
    if (loaded?.state === 'loading') await loaded.settled
    const held = this.#loaded.of(model)
    if (held?.state === 'loaded') this.#loaded.evict(held, 'unload')
    await held?.settled
  }

  /** Unloads a model, whatever waits for it. */
  async remove(model: Resident): Promise<void> {
    this.#kept.delete(model)
    const loaded = this.#loaded.of(model)
    if (loaded?.state === 'loading') await loaded.settled
    this.#loads.refuse(model, errors.modelNotReady(model.name, 'it was just removed'))
    const held = this.#loaded.of(model)
    if (held?.state === 'loaded') this.#loaded.unload(held)
    await held?.settled
  }

  /** A step towards loading the first wanted model. Nothing overtakes it, so that a large one gets its turn. */
  #step(): void {
    this.#evictor.stop()
    const next = this.#loads.next ?? this.#toReload()
    if (this.#loaded.areLoading || (next !== undefined && this.#loaded.has(next))) return
    const { maxBytes } = this.#options
    const { heldBytes, stayingBytes } = this.#loaded
    // A loaded model may turn out larger than estimated, so the limit may be exceeded without a new request.
    if (stayingBytes + (next?.sizeBytes ?? 0) > maxBytes) this.#evictor.makeRoom()
    else if (next !== undefined && heldBytes + next.sizeBytes <= maxBytes) this.#loaded.load(next)
  }

  /** A model to reload without a request: one that should stay, and would have without others needing its place. */
  #toReload(): Resident | undefined {
    const freeBytes = this.#options.maxBytes - this.heldBytes
    return this.#kept.toReload({ freeBytes, isUnloaded: (model) => !this.#loaded.has(model) })
  }
}
