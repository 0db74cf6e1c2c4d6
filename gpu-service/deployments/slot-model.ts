import { errors } from '../../shared/errors.ts'
import type { LoadTimes } from '../models/model-lease.ts'
import type { DeploymentSlot } from './deployment-slot.ts'
import { type ServedModel, serveLease } from './served-model.ts'
import { leaseTermsOf } from './serving-terms.ts'
import type { SlotParts } from './slot-parts.ts'
import type { SlotState } from './slot-state.ts'

interface SlotModelOptions {
  slot: Pick<DeploymentSlot, 'item' | 'label' | 'outcomes'>
  state: SlotState
  parts: SlotParts
  /** Told that an engine could not be given it when work asked for it. */
  onFailure: (error: unknown) => void
  /** Told whenever it has come into the engines. */
  onEntered: (took: LoadTimes) => void
}

/** The model of a slot, from being leased to being given back, of which either may begin while the other is under way. */
export class SlotModel {
  readonly #options: SlotModelOptions
  /** What answers; where there is none, nothing does. */
  current: ServedModel | undefined
  isLoading = false
  /** How long the last load took. */
  loadSeconds: number | undefined
  #loaded: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(options: SlotModelOptions) {
    this.#options = options
  }

  /** An outcome of either kind is a state, never a rejection. */
  load(): Promise<void> {
    // So that a second pass does not start it again while it runs.
    this.isLoading = true
    this.#loaded = this.#load().finally(() => {
      this.isLoading = false
    })
    return this.#loaded
  }

  /** Has no load begun before serve anybody. */
  end(): void {
    this.#isOver = true
  }

  /** Answers what waits, then gives it back; refuses the rest. */
  async giveBack(reason: string): Promise<void> {
    const { current } = this
    this.current = undefined
    current?.giveUp()
    await this.#loaded
    await current?.close(errors.modelNotReady(this.#options.slot.item.name, reason))
  }

  /** Not awaited by the next load: what is still answered is of the old model, under an id of its own. */
  giveBackBehind(reason: string): void {
    const { slot, parts } = this.#options
    this.giveBack(reason).catch((err) => parts.log.error({ err, deployment: slot.item.name }, 'unload failed'))
  }

  async #load(): Promise<void> {
    const { slot, state, parts, onFailure, onEntered } = this.#options
    const { item, label, outcomes } = slot
    const startedMs = parts.now()
    try {
      const lease = await parts.models.acquire({ ...leaseTermsOf(item), onFailure, onEntered })
      if (this.#isOver) return await lease.release()
      this.loadSeconds = (parts.now() - startedMs) / 1000
      // Nothing is awaited from here on: whoever retires it meanwhile would not find what it has to give back.
      this.current = serveLease({ lease, item, label, outcomes, parts })
      // One that waits for its first request has not shown yet that it can be loaded.
      if (lease.isResident) state.entered()
      state.ready()
    } catch (error) {
      state.failed(error)
    }
  }
}
