import { type AppError, errors } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { observeBatches } from '../batcher/batch-observer.ts'
import { InferenceStatistics } from '../batcher/inference-statistics.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import { countAsTriton } from '../batcher/triton-metrics.ts'
import type { GatedQueue } from '../models/gated-queue.ts'
import { InFlight } from '../models/in-flight.ts'
import type { ModelLease } from '../models/model-lease.ts'
import type { TaskModel } from '../tasks/task.ts'
import { createModelBatcher } from './model-batcher.ts'
import { ModelControl } from './model-control.ts'
import type { Outcomes } from './outcomes.ts'
import type { Served } from './served.ts'
import { describeTerms } from './serving-terms.ts'
import type { SlotParts } from './slot-parts.ts'

interface ServedModelOptions {
  lease: ModelLease
  /** The deployment, with the repo, revision and file of the target. */
  item: DeploymentItem
  /** What the metrics call it. */
  label: string
  outcomes: Outcomes
  parts: Pick<SlotParts, 'pool' | 'metrics' | 'limits' | 'now' | 'device'>
}

/** Serves a leased model, or gives it back where that cannot be done. */
export function serveLease(options: ServedModelOptions): ServedModel {
  try {
    return new ServedModel(options)
  } catch (error) {
    options.lease.release().catch(() => undefined)
    throw error
  }
}

/** A model as one target of a deployment serves it, from its lease to giving that back. */
export class ServedModel {
  readonly served: Served
  /** Loads and unloads it on order. */
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

  /** Why it may not be kept loaded though it is to be. */
  get keptFault(): string | undefined {
    return this.#options.lease.keptFault
  }

  /** What keeps it loaded from now on are others; it still answers. */
  keepNoLonger(): void {
    this.#options.lease.keepNoLonger()
  }

  /** Lets in nobody who asks in a new way: what was let in before is answered. */
  giveUp(): void {
    this.#state = 'givenUp'
    this.control.close()
  }

  /** Gives up all that waits. */
  shed(refusal: AppError): void {
    for (const gate of this.#gates) gate.shed(refusal)
  }

  /** Answers what was let in, refuses the rest, and gives the model back. */
  async close(refusal: AppError): Promise<void> {
    const { parts, lease } = this.#options
    // Whoever was let in may still be reading its input: texts are tokenised in slices, and pictures may come from far away.
    await this.#calls.none()
    // A request that found this deployment before it was given up may submit only now.
    await Promise.all(this.#queues.map((queue) => queue.close(refusal)))
    for (const gate of this.#gates) parts.pool.remove(gate)
    await lease.release()
  }

  #createQueue<Input, Output>(model: TaskModel<Input, Output>) {
    // A way of asking that is rare gets its queue with its first request, which may come after all was given back.
    const { lease, item, label, outcomes, parts } = this.#options
    if (this.#state === 'givenUp') throw errors.modelNotReady(item.name, 'it was given up just now')
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
