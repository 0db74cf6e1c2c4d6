import { errors, messageOf } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { LoadTimes } from '../models/model-lease.ts'
import { countLoad } from './count-load.ts'
import { failedLoad } from './failed-load.ts'
import { Outcomes } from './outcomes.ts'
import type { Served } from './served.ts'
import { type ServedModel, serveLease } from './served-model.ts'
import { leaseTermsOf } from './serving-terms.ts'
import type { SlotParts } from './slot-parts.ts'
import { SlotState } from './slot-state.ts'

/**
 * One target of a deployment on this replica. LOADING → READY, or LOADING → FAILED, which is tried again after a growing pause and
 * keeps its reason meanwhile. READY → LOADING where an engine has lost the model.
 */
export class DeploymentSlot {
  /** The deployment, with this target's own repo, revision and file. */
  item: DeploymentItem
  /** What the metrics call it. */
  readonly label: string
  readonly outcomes = new Outcomes()
  /** How long the last load took. */
  loadSeconds: number | undefined
  /** What answers; where there is none, nothing does. */
  model: ServedModel | undefined
  readonly #parts: SlotParts
  readonly #state: SlotState
  #isLoading = false
  #loaded: Promise<void> = Promise.resolve()
  #isRetired = false

  constructor(item: DeploymentItem, parts: SlotParts, label = item.name) {
    this.item = item
    this.label = label
    this.#parts = parts
    this.#state = new SlotState({ ...parts, item: () => this.item })
  }

  get state(): SlotState['is'] {
    return this.#state.is
  }

  get reason(): string | undefined {
    return this.#state.reason
  }

  get served(): Served | undefined {
    return this.model?.served
  }

  /** Whether it is to be loaded: not yet tried, lost, or failed and rested long enough. */
  get isDue(): boolean {
    const isOver = this.state === 'READY' || this.#isRetired || this.#isLoading
    return !isOver && !this.#state.rests
  }

  /** Whether it was tried here, and trying again will hardly load it. */
  get isHopeless(): boolean {
    return this.#state.isHopeless
  }

  /** When to ask again for what failed and may be loaded then. */
  get retryAfterSeconds(): number | undefined {
    return this.#state.retryAfterSeconds
  }

  /** Loads the model; an outcome of either kind is a state, never a rejection. */
  load(): Promise<void> {
    // So that a second pass does not start it again while it runs.
    this.#isLoading = true
    this.#loaded = this.#load().finally(() => {
      this.#isLoading = false
    })
    return this.#loaded
  }

  /** Fulfilled when it is known whether it can be loaded, or nobody is to know any more. */
  get settled(): Promise<void> {
    return this.#state.settled
  }

  /** Answers what waits, then gives the model back. */
  async retire(): Promise<void> {
    this.#isRetired = true
    this.#state.retired()
    await this.#giveBack('it was given up just now')
  }

  /** Stops answering until the model is loaded anew: an engine could not be given it again. */
  lose(reason: string): void {
    this.#state.lost(reason)
    this.#giveBackBehind(reason)
  }

  async #load(): Promise<void> {
    const { item, label, outcomes } = this
    const { models, now } = this.#parts
    const startedMs = now()
    try {
      const lease = await models.acquire({
        ...leaseTermsOf(item),
        onFailure: (error) => this.#fallOut(error),
        onEntered: (took) => this.#entered(took),
      })
      if (this.#isRetired) return await lease.release()
      this.loadSeconds = (now() - startedMs) / 1000
      // Nothing is awaited from here on: whoever retires it meanwhile would not find what it has to give back.
      this.model = serveLease({ lease, item, label, outcomes, parts: this.#parts })
      // One that waits for its first request has not shown yet that it can be loaded.
      if (lease.isResident) this.#state.entered()
      this.#state.ready()
    } catch (error) {
      this.#state.failed(error)
    }
  }

  /** The model was loaded, for this deployment and for all others that use it. */
  #entered(took: LoadTimes): void {
    this.#state.entered()
    this.model?.orders.entered()
    // Nobody would take away again what is counted for a deployment that is gone.
    if (!this.#isRetired) countLoad({ deployment: this.label, took, metrics: this.#parts.metrics })
  }

  /** The model was out of the engines, and could not be loaded again for the work that had come. */
  #fallOut(error: unknown): void {
    if (this.state !== 'READY') return
    this.#state.failed(error)
    const reason = messageOf(error)
    this.model?.shed(failedLoad({ model: this.item.name, reason, retryAfterSeconds: this.retryAfterSeconds }))
    this.#giveBackBehind(reason)
  }

  /** Not awaited by the next load: what is still answered is of the old model, under an id of its own. */
  #giveBackBehind(reason: string): void {
    this.#giveBack(reason).catch((err) => this.#parts.log.error({ err, deployment: this.item.name }, 'unload failed'))
  }

  async #giveBack(reason: string): Promise<void> {
    const model = this.model
    this.model = undefined
    model?.giveUp()
    await this.#loaded
    await model?.close(errors.modelNotReady(this.item.name, reason))
  }
}
