import { errors } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { LoadTimes } from '../models/model-lease.ts'
import type { Outcomes } from './outcomes.ts'
import { type ServedModel, serveLease } from './served-model.ts'
import { leaseTermsOf } from './serving-terms.ts'
import type { SlotParts } from './slot-parts.ts'
import type { SlotState } from './slot-state.ts'

interface SlotModelOptions {
  slot: { readonly item: DeploymentItem; readonly label: string; readonly outcomes: Outcomes }
  state: SlotState
  parts: SlotParts
  /** Called when an engine could not load it for new work. */
  onFailure: (error: unknown) => void
  /** Called after each load. */
  onLoaded: (took: LoadTimes) => void
}

/** The model of a slot, from lease to release; either may start while the other is running. */
export class SlotModel {
  readonly #options: SlotModelOptions
  /** Answers requests; `undefined` while nothing does. */
  current: ServedModel | undefined
  isLoading = false
  /** The duration of the last load. */
  loadSeconds: number | undefined
  #loaded: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(options: SlotModelOptions) {
    this.#options = options
  }

  /** Either outcome is a state, never a rejection. */
  load(): Promise<void> {
    // So that a second pass does not start it again.
    this.isLoading = true
    this.#loaded = this.#load().finally(() => {
      this.isLoading = false
    })
    return this.#loaded
  }

  /** Discards the result of a load in progress. */
  end(): void {
    this.#isOver = true
  }

  /** Answers waiting requests, then releases the model; refuses the rest. */
  async giveBack(reason: string): Promise<void> {
    const { current } = this
    this.current = undefined
    current?.giveUp()
    await this.#loaded
    await current?.close(errors.modelNotReady(this.#options.slot.item.name, reason))
  }

  /**
   * The next load does not wait for this: requests being answered belong to the old model, which has an id of its own.
   */
  giveBackInBackground(reason: string): void {
    const { slot, parts } = this.#options
    this.giveBack(reason).catch((err) => parts.log.error({ err, deployment: slot.item.name }, 'unload failed'))
  }

  async #load(): Promise<void> {
    const { slot, state, parts, onFailure, onLoaded } = this.#options
    const { item, label, outcomes } = slot
    const startedMs = parts.now()
    try {
      const lease = await parts.models.acquire({ ...leaseTermsOf(item), onFailure, onLoaded })
      if (this.#isOver) return await lease.release()
      this.loadSeconds = (parts.now() - startedMs) / 1000
      // No await from here on: a retirement in between would miss what it has to release.
      this.current = serveLease({ lease, item, label, outcomes, parts })
      // A model waiting for its first request has not proved that it loads.
      if (lease.isResident) state.loaded()
      state.ready()
    } catch (error) {
      state.failed(error)
    }
  }
}
