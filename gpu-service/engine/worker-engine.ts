import {
  type Engine,
  EngineDied,
  type EngineRun,
  type LostModel,
  type ModelFile,
  ModelHung,
  type Tensors,
  type Threads,
} from './engine.ts'
import { type EngineGroup, newEngineGroup } from './engine-group.ts'
import { HeldModels } from './held-models.ts'
import { LoneRuns } from './lone-runs.ts'
import { RestartedProcess, type RestartedProcessOptions } from './restarted-process.ts'
import { runLimit, type TimeLimit } from './time-limits.ts'

export interface WorkerEngineOptions extends RestartedProcessOptions {
  /** State shared with the other engines. @default its own */
  group?: EngineGroup
  /** Called for each model that the restarted process could not load. */
  onLoss?: (lost: LostModel) => void
}

/**
 * An engine in a child process, which hosts the sessions of many models and is restarted when it dies.
 *
 * A process and not a thread, because a native abort in a thread (onnxruntime-node has had several) ends the whole
 * service, and because a run that never ends can be killed. It costs 0.04 ms instead of 0.03 per batch
 * (`test/bench/hand-over`); large weights are mapped from one file (mapped-graph.ts) and not held twice. Frames on a
 * socket and not Node's IPC channel, which copies a batch of images three times.
 */
export class WorkerEngine implements Engine {
  readonly #options: WorkerEngineOptions
  readonly #group: EngineGroup
  readonly #models: HeldModels
  readonly #process: RestartedProcess
  readonly #loneRuns: LoneRuns

  constructor(options: WorkerEngineOptions) {
    const { group = newEngineGroup(), intraOpThreads = 1, loneThreads = intraOpThreads, onLoss } = options
    const { activeRuns, restartTimes } = group
    this.#options = options
    this.#group = group
    this.#models = new HeldModels((lost) => this.#process.isClosed || onLoss?.(lost))
    this.#process = new RestartedProcess({ ...options, models: this.#models, restartTimes })
    this.#loneRuns = new LoneRuns({ activeRuns, isPossible: loneThreads > intraOpThreads })
  }

  /** The running process, if any. */
  get pid(): number | undefined {
    return this.#process.running?.pid
  }

  load(model: ModelFile): Promise<void> {
    return this.#process.load(model)
  }

  async run({ modelId, inputs, outputs, threads: wanted, more, watch }: EngineRun): Promise<Tensors> {
    this.#group.activeRuns.count++
    try {
      // After this await, all runs that began in the same turn are counted.
      await this.restored()
      this.#models.assertNotLost(modelId)
      const process = this.#process.start()
      const limit = this.#runLimit(modelId, more)
      const run = (threads: Threads) =>
        process.ask({ kind: 'run', modelId, outputs, threads, more }, { tensors: inputs, limit, watch })
      const asked = wanted === undefined ? this.#loneRuns.make({ modelId, units: unitsOf(inputs), run }) : run(wanted)
      const answer = await asked
      this.#group.runDeaths.answered(modelId)
      return answer
    } catch (error) {
      const lost = error instanceof EngineDied ? this.#group.runDeaths.died(modelId, error) : undefined
      if (lost !== undefined) this.#models.lose(modelId, lost)
      throw error
    } finally {
      this.#group.activeRuns.count--
    }
  }

  restored(): Promise<void> {
    return this.#process.restored()
  }

  async unload({ modelId }: { modelId: string }): Promise<void> {
    this.#models.drop(modelId)
    this.#loneRuns.forget(modelId)
    this.#group.runDeaths.forget(modelId)
    await this.#process.running?.ask({ kind: 'unload', modelId })
  }

  close(): Promise<void> {
    return this.#process.close()
  }

  #runLimit(modelId: string, more: boolean | undefined): TimeLimit {
    const { timeMs, error } = runLimit({ more }, this.#options)
    const lost = () => {
      const hung = error()
      // The replacement must not load it again.
      if (hung instanceof ModelHung) this.#models.lose(modelId, hung)
      return hung
    }
    return { timeMs, error: lost }
  }
}

/** The number of input values, to which the time of a run is roughly proportional. */
const unitsOf = (inputs: Tensors): number => Object.values(inputs).reduce((total, { data }) => total + data.length, 0)
