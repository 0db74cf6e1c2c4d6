import {
  type Device,
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
import { loadLimit, runLimit, startLimit, type TimeLimit, type TimeLimitOptions } from './time-limits.ts'
import { WorkerProcess } from './worker-process.ts'

export interface WorkerEngineOptions extends TimeLimitOptions {
  /** The module of the process; the composition root knows where a bundle put it. */
  workerUrl: URL
  device: Device
  /** What its process is told of the service's environment. @default nothing */
  environment?: Readonly<Record<string, string>>
  /** Threads within one run; 1 where several engines share the cores. */
  intraOpThreads?: number
  /** Threads within a run that has the cores to itself. */
  loneThreads?: number
  /** Files from this size on share their weights between the engines. @default 8 MiB */
  mapBytesMin?: number
  /** The engines of the machine. @default a group of its own */
  group?: EngineGroup
  /** Told when the process went away unasked. */
  onDeath?: (error: EngineDied) => void
  /** Told of each model that the process in its place could not load again. */
  onLoss?: (lost: LostModel) => void
}

/**
 * An engine that is a process of its own, which hosts the sessions of many models; one that dies is replaced.
 *
 * A process and not a thread, because a native abort, of which onnxruntime-node has had several, ends the whole process
 * of a thread with every request in it, and because a run that never ends can be ended. The price, measured by
 * `test/bench/hand-over`: 0.04 ms for a batch there and back instead of 0.03, and no second copy of large weights,
 * which the processes map from one file (mapped-graph.ts). Frames on a socket and not Node's own channel, because that
 * one copies a batch of pictures three times.
 */
export class WorkerEngine implements Engine {
  readonly #options: WorkerEngineOptions
  readonly #group: EngineGroup
  readonly #models: HeldModels
  readonly #loneRuns: LoneRuns
  #process: WorkerProcess | undefined
  #restored: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: WorkerEngineOptions) {
    const { group = newEngineGroup(), intraOpThreads = 1, loneThreads = intraOpThreads, onLoss } = options
    this.#options = options
    this.#group = group
    this.#models = new HeldModels((lost) => this.#closed || onLoss?.(lost))
    this.#loneRuns = new LoneRuns({ crowd: group.crowd, isPossible: loneThreads > intraOpThreads })
  }

  /** Of the process at work, where there is one. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  async load(model: ModelFile): Promise<void> {
    await this.#load(model, this.#started())
    this.#models.hold(model)
  }

  async run({ modelId, inputs, outputs, threads: wanted, more, watch }: EngineRun): Promise<Tensors> {
    this.#group.crowd.running++
    try {
      // Behind this, every run that was begun in the same turn is counted.
      await this.restored()
      this.#models.assertNotLost(modelId)
      const process = this.#started()
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
      this.#group.crowd.running--
    }
  }

  async restored(): Promise<void> {
    if (!this.#closed) this.#started()
    const restored = this.#restored
    await restored
    // Another process may have come in the place of one that died meanwhile.
    if (this.#restored !== restored) await this.restored()
  }

  async unload({ modelId }: { modelId: string }): Promise<void> {
    this.#models.drop(modelId)
    this.#loneRuns.forget(modelId)
    this.#group.runDeaths.forget(modelId)
    await this.#process?.ask({ kind: 'unload', modelId })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#process?.leave()
  }

  #runLimit(modelId: string, more: boolean | undefined): TimeLimit {
    const { timeMs, error } = runLimit({ more }, this.#options)
    const lost = () => {
      const hung = error()
      // Not loaded again by the process that comes in its place.
      if (hung instanceof ModelHung) this.#models.lose(modelId, hung)
      return hung
    }
    return { timeMs, error: lost }
  }

  #load(model: ModelFile, process: WorkerProcess): Promise<unknown> {
    const { modelId, path } = model
    return process.ask({ kind: 'load', modelId, path }, { limit: loadLimit(model, this.#options) })
  }

  #started(): WorkerProcess {
    if (this.#process !== undefined) return this.#process
    if (this.#closed) throw new EngineDied('the engine is closed')
    const { workerUrl, device, intraOpThreads = 1, loneThreads = intraOpThreads } = this.#options
    const { mapBytesMin = 8 * 1024 ** 2, environment = {} } = this.#options
    const settings = { device, intraOpThreads, loneThreads, mapBytesMin }
    const started = new WorkerProcess({
      workerUrl,
      settings,
      environment,
      onGone: (error) => this.#bury(started, error),
    })
    this.#process = started
    const startedMs = performance.now()
    // One that was ended before it answers this had not come to any load.
    const first = started.ask({ kind: 'unload', modelId: '' }, { limit: startLimit(this.#options) })
    const answered = first.catch(() => undefined)
    let models = 0
    this.#restored = this.#models.restore((model) => {
      models++
      return this.#load(model, started)
    })
    Promise.all([answered, this.#restored]).then(() => {
      if (this.#process === started) this.#group.returnTimes.took(performance.now() - startedMs, { models })
    })
    return started
  }

  #bury(dead: WorkerProcess, error: EngineDied): void {
    if (this.#process !== dead) return
    this.#process = undefined
    error.backInMs = this.#group.returnTimes.usualMs
    this.#models.endRestoring(error, { isLoadToBlame: dead.hasAnswered })
    if (this.#closed) return
    // One that never answered waits for the next question: a process that cannot start is no loop.
    if (dead.hasAnswered) this.#started()
    this.#options.onDeath?.(error)
  }
}

/** What a run's time grows with, near enough: how many values it is given. */
const unitsOf = (inputs: Tensors): number => Object.values(inputs).reduce((total, { data }) => total + data.length, 0)
