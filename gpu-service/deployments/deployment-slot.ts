import { AppError, errors, messageOf } from '../../shared/errors.ts'
import type { Logger } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { explainPrecision, type ModelDevice } from '../../shared/model/precision.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { observeBatches } from '../batcher/batch-observer.ts'
import { Batcher } from '../batcher/batcher.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import type { BatchLimits } from '../batcher/cut.ts'
import { InferenceStatistics } from '../batcher/inference-statistics.ts'
import type { ItemQueue, QueueLimits } from '../batcher/item-queue.ts'
import { countAsTriton } from '../batcher/triton-metrics.ts'
import { ModelHung, ModelLost } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { GatedQueue } from '../models/gated-queue.ts'
import { graphId } from '../models/graph-id.ts'
import type { ModelLease, ModelRegistry } from '../models/model-registry.ts'
import type { TaskModel, TaskService } from '../tasks/task.ts'
import { backoffMs } from './backoff.ts'
import { InFlight } from './in-flight.ts'
import { Outcomes } from './outcomes.ts'

export interface SlotParts {
  models: ModelRegistry
  device: ModelDevice
  pool: EnginePool
  metrics: Metrics
  log: Logger
  limits: QueueLimits & Pick<BatchLimits, 'wasteMax' | 'runMsMax'>
  now: () => number
}

/** What a protocol needs of a deployment that answers. */
export interface Served {
  task: string
  describe: Record<string, unknown>
  service: TaskService
  /** The queues that its work waits in, one for each way to ask the model. */
  queues: readonly ItemQueue[]
  statistics: InferenceStatistics
  /** Keeps it from being given back until what this gives is called: for a request, from its route to its answer. */
  hold: () => () => void
}

/** Refuses before any work was put into a request. @throws AppError `overloaded` */
export function assertRoom({ queues }: Pick<Served, 'queues'>, options?: Partial<CallOptions>): void {
  for (const queue of queues) queue.assertRoom(1, options)
}

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
  readonly #parts: SlotParts
  state: 'LOADING' | 'READY' | 'FAILED' = 'LOADING'
  reason: string | undefined
  served: Served | undefined
  #lease: ModelLease | undefined
  #gates: GatedQueue[] = []
  #calls = new InFlight()
  #failures = 0
  #isUnservable = false
  #retryAtMs = 0
  #busy: Promise<void> = Promise.resolve()
  #retired = false

  constructor(item: DeploymentItem, parts: SlotParts, label = item.name) {
    this.item = item
    this.label = label
    this.#parts = parts
  }

  /** Whether it is to be loaded: not yet tried, lost, or failed and rested long enough. */
  get isDue(): boolean {
    return this.state !== 'READY' && !this.#retired && this.#parts.now() >= this.#retryAtMs
  }

  /** Whether trying again will hardly load it: it cannot be served at all, or failed several times in a row. */
  get isHopeless(): boolean {
    return this.state === 'FAILED' && (this.#isUnservable || this.#failures >= hopelessAfter)
  }

  get modelId(): string | undefined {
    return this.#lease?.modelId
  }

  /** Whether the engines hold its model now, and no request waits for a load. */
  get isResident(): boolean {
    return this.served !== undefined && this.#lease?.isResident === true
  }

  /** Loads the model; an outcome of either kind is a state, never a rejection. */
  load(): Promise<void> {
    // So that a second pass does not start it again while it runs.
    this.#retryAtMs = Number.POSITIVE_INFINITY
    this.#busy = this.#load()
    return this.#busy
  }

  /** Answers what waits, then gives the model back. */
  async retire(): Promise<void> {
    this.#retired = true
    await this.#giveBack('it was given up just now')
  }

  /** Stops answering until the model is loaded anew: an engine could not be given it again. */
  lose(reason: string): void {
    this.state = 'LOADING'
    this.reason = reason
    this.#retryAtMs = 0
    // Not awaited by the next load: what this deployment still answers is of the old model, under an id of its own.
    this.#giveBack(reason).catch((err) => this.#parts.log.error({ err, deployment: this.item.name }, 'unload failed'))
  }

  async #giveBack(reason: string): Promise<void> {
    const { served } = this
    this.served = undefined
    await this.#busy
    const lease = this.#lease
    const gates = this.#gates
    const calls = this.#calls
    this.#lease = undefined
    // Whoever was let in may still be reading its input: texts are tokenised in slices, and pictures may come from far away.
    await calls.none()
    // A request that found this deployment before it was given up may submit only now.
    const queues = served?.queues ?? []
    await Promise.all(queues.map((queue) => queue.close(errors.modelNotReady(this.item.name, reason))))
    for (const gate of gates) this.#parts.pool.remove(gate)
    await lease?.release()
  }

  async #load(): Promise<void> {
    const { models, log, now } = this.#parts
    const { name, repo, repoId, revision, file, task } = this.item
    const startedMs = now()
    try {
      const request = { deployment: name, repo, repoId, revision, file, task, isolate: this.item.isolate }
      const stay = stayOf(this.item)
      const lease = await models.acquire({
        ...request,
        ...stay,
        onFailure: (error) => this.#fallOut(error),
        onEntered: () => {
          this.#failures = 0
        },
      })
      this.#lease = lease
      if (this.#retired) return
      this.loadSeconds = (now() - startedMs) / 1000
      this.served = this.#serve(lease)
      // One that waits for its first request has not shown yet that it can be loaded.
      if (lease.isResident) this.#failures = 0
      this.reason = undefined
      this.state = 'READY'
      log.info({ deployment: name, repo, revision, file }, 'deployment is ready')
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The model was out of the engines, and could not be loaded again for the work that had come. */
  #fallOut(error: unknown): void {
    if (this.state !== 'READY') return
    this.#fail(error)
    const reason = messageOf(error)
    for (const gate of this.#gates) gate.shed(errors.modelFailed(this.item.name, reason))
    this.#giveBack(reason).catch((err) => this.#parts.log.error({ err, deployment: this.item.name }, 'unload failed'))
  }

  #fail(error: unknown): void {
    const { log, now } = this.#parts
    const { name, repo, revision, file } = this.item
    this.#failures++
    this.#isUnservable = error instanceof ModelHung || (error instanceof AppError && error.code === 'unsupported_model')
    // Each try of a model that never ends costs a thread for good, so it is tried once.
    const pauseMs = error instanceof ModelHung ? Number.POSITIVE_INFINITY : backoffMs(this.#failures)
    this.#retryAtMs = now() + pauseMs
    this.reason = messageOf(error)
    this.state = 'FAILED'
    const about = { deployment: name, repo, revision, file, failures: this.#failures }
    if (error instanceof AppError) log.warn(about, `load failed: ${this.reason}`)
    else log.error({ ...about, err: error }, `load failed: ${this.reason}`)
  }

  #serve(lease: ModelLease): Served {
    const { opened, modelId, task } = lease
    const { pool, metrics, limits } = this.#parts
    const queues: ItemQueue[] = []
    const gates: GatedQueue[] = []
    this.#gates = gates
    const statistics = new InferenceStatistics(this.#parts.now)
    let isServing = false
    const observed = () => countAsTriton(this.label, metrics, observeBatches({ deployment: this.label, task }, metrics))
    const createBatcher = <Input, Output>(model: TaskModel<Input, Output>) => {
      const batcher = new Batcher<Input, Output>({
        lane: {
          wake: () => gate.wake(),
          waitMs: (_queue, aheadMs) => pool.waitMs(gate, aheadMs),
          engineCount: pool.engineCount,
        },
        observe: statistics.listen(this.outcomes.listen(observed())),
        limits: {
          ...limits,
          cachedMax: this.item.resultCache?.entries ?? limits.cachedMax,
          costMax: model.costMax,
          itemsMax: model.itemsMax,
        },
        sizeOf: (input) => model.sizeOf(input),
        groupOf: model.groupOf,
        keyOf: model.keyOf,
        run: async (inputs, engine) => {
          const tensors = await engine
            .run({ modelId: graphId({ modelId, graph: model.graph }), ...model.encode(inputs) })
            .catch((error) => {
              throw error instanceof ModelLost ? errors.modelNotReady(this.item.name, error.message) : error
            })
          return model.decode(tensors, inputs)
        },
      })
      const gate = lease.gate({ queue: batcher, graph: model.graph })
      queues.push(batcher)
      gates.push(gate)
      // A way of asking that is rare gets its queue with its first request, which may come after all was given back.
      if (isServing) {
        if (this.#gates !== gates || this.served?.queues !== queues)
          throw errors.modelNotReady(this.item.name, 'it was given up just now')
        pool.add(gate)
      }
      return batcher
    }
    const service = opened.serve(createBatcher)
    for (const gate of gates) pool.add(gate)
    isServing = true
    const described = { ...describe(this.item, this.#parts), ...opened.describe }
    const calls = new InFlight()
    this.#calls = calls
    return { task, describe: described, service, queues, statistics, hold: () => calls.enter() }
  }
}

/** Of a store that does not answer for a moment, the next try may know nothing. */
const hopelessAfter = 3

/** One that nobody needs to keep loaded comes with its first request, and leaves when nobody asks it any more. */
const stayOf = ({ min = 1, idleSeconds = defaultIdleSeconds }: DeploymentItem) =>
  min === 0 ? { loadsOnDemand: true, idleMsMax: idleSeconds * 1000 } : {}

const defaultIdleSeconds = 300

/** Why this file is served and not another, and what the deployment asks for besides. */
function describe({ file, wantedFile, precision: wanted, min = 1 }: DeploymentItem, { device }: SlotParts) {
  const { precision, why } = explainPrecision({ file, asked: wantedFile ?? wanted, device })
  return { precision, precisionChosenBecause: why, isKeptLoaded: min > 0 }
}
