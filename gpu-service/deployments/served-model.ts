import { type AppError, errors } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { observeBatches } from '../batcher/batch-observer.ts'
import { InferenceStatistics } from '../batcher/inference-statistics.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import { countAsTriton } from '../batcher/triton-metrics.ts'
import type { GatedQueue } from '../models/gated-queue.ts'
import { InFlight } from '../models/in-flight.ts'
import type { ModelLease } from '../models/model-lease.ts'
import type { TaskModel } from '../tasks/task-model.ts'
import { createModelBatcher } from './model-batcher.ts'
import { ModelControl } from './model-control.ts'
import type { Outcomes } from './outcomes.ts'
import type { Served } from './served.ts'
import { describeTerms } from './serving-terms.ts'
import type { SlotParts } from './slot-parts.ts'

interface ServedModelOptions {
  lease: ModelLease
  /** The deployment, with the target's repo, revision and file. */
  item: DeploymentItem
  /** Its name in the metrics. */
  label: string
  outcomes: Outcomes
  parts: Pick<SlotParts, 'pool' | 'metrics' | 'limits' | 'now' | 'device'>
}

/** Serves a leased model, or releases the lease if that fails. */
export function serveLease(options: ServedModelOptions): ServedModel {
  try {
    return new ServedModel(options)
  } catch (error) {
    options.lease.release().catch(() => undefined)
    throw error
  }
}

/** A model serving one target of a deployment, from its lease to the release. */
export class ServedModel {
  readonly served: Served
  /** Loads and unloads it by order. */
  readonly control: ModelControl
  readonly #options: ServedModelOptions
  readonly #queues: ItemQueue[] = []
  readonly #gates: GatedQueue[] = []
  readonly #calls = new InFlight()
  readonly #statistics: InferenceStatistics
  #state: 'opening' | 'serving' | 'givenUp' = 'opening'

  constructor(options: ServedModelOptions) {
    const { lease, item, parts } = options
    const { opened, task } = lease
    this.#options = options
    this.#statistics = new InferenceStatistics(parts.now)
    this.control = new ModelControl({ deployment: item.name, lease, answered: () => this.#calls.before() })
    const service = opened.serve((model) => this.#createQueue(model))
    for (const gate of this.#gates) parts.pool.add(gate)
    this.#state = 'serving'
    const described = { ...describeTerms(item, parts), ...opened.describe }
    this.served = {
      ...{ task, service, queues: this.#queues, statistics: this.#statistics },
      get describe() {
        const { keptFault } = lease
        return keptFault === undefined ? described : { ...described, isKeptLoaded: false, notKeptBecause: keptFault }
      },
      hold: () => this.#calls.enter(),
    }
  }

  get modelId(): string {
    return this.#options.lease.modelId
  }

  get isResident(): boolean {
    return this.#options.lease.isResident
  }

  /** Why it cannot stay loaded although it should. */
  get keptFault(): string | undefined {
    return this.#options.lease.keptFault
  }

  /** Leaves keeping it loaded to others; it still answers. */
  keepNoLonger(): void {
    this.#options.lease.keepNoLonger()
  }

  /** Opens no new queue; admitted requests are still answered. */
  giveUp(): void {
    this.#state = 'givenUp'
    this.control.close()
  }

  /** Refuses everything that waits. */
  shed(refusal: AppError): void {
    for (const gate of this.#gates) gate.shed(refusal)
  }

  /** Answers admitted requests, refuses the rest, and releases the model. */
  async close(refusal: AppError): Promise<void> {
    const { parts, lease } = this.#options
    // Admitted requests may still be reading their input: texts are tokenised in slices, and pictures may come from far
    // away.
    await this.#calls.none()
    // A request that chose this model before it was given up may only submit now.
    await Promise.all(this.#queues.map((queue) => queue.close(refusal)))
    for (const gate of this.#gates) parts.pool.remove(gate)
    await lease.release()
  }

  #createQueue<Input, Output>(model: TaskModel<Input, Output>) {
    // A rarely used capability gets its queue with the first request, which may come after the release.
    const { lease, item, label, outcomes, parts } = this.#options
    if (this.#state === 'givenUp') throw errors.modelNotReady(item.name, 'it was just removed')
    const { metrics, pool } = parts
    const observer = countAsTriton(label, metrics, observeBatches({ deployment: label, task: lease.task }, metrics))
    const observe = this.#statistics.listen(outcomes.listen(observer))
    const { batcher, gate } = createModelBatcher({ model, lease, item, parts, observe })
    this.#queues.push(batcher)
    this.#gates.push(gate)
    if (this.#state === 'serving') pool.add(gate)
    return batcher
  }
}
