import { messageOf } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { ModelLost } from '../engine/engine.ts'
import type { LoadTimes } from '../models/model-lease.ts'
import { failedLoad } from './failed-load.ts'
import { Outcomes } from './outcomes.ts'
import type { Served } from './served.ts'
import type { ServedModel } from './served-model.ts'
import { SlotModel } from './slot-model.ts'
import type { SlotParts } from './slot-parts.ts'
import { SlotState } from './slot-state.ts'

/**
 * One target of a deployment on this replica. LOADING → READY, or LOADING → FAILED, which keeps its reason and is
 * retried after growing pauses. READY → LOADING if an engine has lost the model, READY → FAILED if it could not be
 * loaded again.
 */
export class DeploymentSlot {
  /** The deployment, with this target's repo, revision and file. */
  item: DeploymentItem
  /** Its name in the metrics. */
  readonly label: string
  readonly outcomes = new Outcomes()
  readonly state: SlotState
  readonly #parts: SlotParts
  readonly #model: SlotModel
  #isRetired = false

  constructor(item: DeploymentItem, parts: SlotParts, label = item.name) {
    this.item = item
    this.label = label
    this.#parts = parts
    this.state = new SlotState({ ...parts, item: () => this.item })
    const onFailure = (error: unknown) => this.#reloadFailed(error)
    const onLoaded = (took: LoadTimes) => this.#modelLoaded(took)
    this.#model = new SlotModel({ slot: this, state: this.state, parts, onFailure, onLoaded })
  }

  /** Answers requests; `undefined` while nothing does. */
  get model(): ServedModel | undefined {
    return this.#model.current
  }

  get served(): Served | undefined {
    return this.model?.served
  }

  /** The duration of the last load. */
  get loadSeconds(): number | undefined {
    return this.#model.loadSeconds
  }

  /** Whether to load it: not yet tried, lost, or failed long enough ago. */
  get isDue(): boolean {
    const isOver = this.state.is === 'READY' || this.#isRetired || this.#model.isLoading
    return !isOver && !this.state.isResting
  }

  /** Loads the model; either outcome is a state, never a rejection. */
  load(): Promise<void> {
    return this.#model.load()
  }

  /** Answers waiting requests, then releases the model. */
  async retire(): Promise<void> {
    this.#isRetired = true
    this.#model.end()
    this.state.retired()
    await this.#model.giveBack('it was just removed')
  }

  /** Stops answering until the model is reloaded: an engine could not take it again, or died over it too often. */
  lose(error: ModelLost): void {
    this.state.lost(error)
    this.#model.giveBackInBackground(error.message)
  }

  /** The model was loaded, for every deployment that uses it. */
  #modelLoaded(took: LoadTimes): void {
    this.state.loaded()
    this.model?.control.loaded()
    // The metrics of a removed deployment would never be removed again.
    if (this.#isRetired) return
    const { label: deployment } = this
    const { modelLoading, modelWarmup } = this.#parts.metrics
    modelLoading.observe({ deployment }, took.loadMs / 1000)
    modelWarmup.observe({ deployment }, took.warmUpMs / 1000)
  }

  /** The model was out of memory, and could not be reloaded for new work. */
  #reloadFailed(error: unknown): void {
    if (this.state.is !== 'READY') return
    this.state.failed(error)
    const reason = messageOf(error)
    this.model?.shed(failedLoad({ model: this.item.name, reason, retryAfterSeconds: this.state.retryAfterSeconds }))
    this.#model.giveBackInBackground(reason)
  }
}
