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
  /** The module of the process, as located by the composition root. */
  workerUrl: URL
  device: Device
  /** The environment of its process. @default empty */
  environment?: Readonly<Record<string, string>>
  /** Threads of a run; 1 if several engines share the cores. */
  intraOpThreads?: number
  /** Threads of a run while no other engine runs. */
  loneThreads?: number
  /** Files of at least this size share their weights between the engines. @default 8 MiB */
  mapBytesMin?: number
  /** State shared with the other engines. @default its own */
  group?: EngineGroup
  /** Called when the process died. */
  onDeath?: (error: EngineDied) => void
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
  readonly #loneRuns: LoneRuns
  #process: WorkerProcess | undefined
  #restored: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: WorkerEngineOptions) {
    const { group = newEngineGroup(), intraOpThreads = 1, loneThreads = intraOpThreads, onLoss } = options
    this.#options = options
    this.#group = group
    this.#models = new HeldModels((lost) => this.#closed || onLoss?.(lost))
    this.#loneRuns = new LoneRuns({ activeRuns: group.activeRuns, isPossible: loneThreads > intraOpThreads })
  }

  /** The running process, if any. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  async load(model: ModelFile): Promise<void> {
    await this.#load(model, this.#started())
    this.#models.hold(model)
  }

  async run({ modelId, inputs, outputs, threads: wanted, more, watch }: EngineRun): Promise<Tensors> {
    this.#group.activeRuns.count++
    try {
      // After this await, all runs that began in the same turn are counted.
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
      this.#group.activeRuns.count--
    }
  }

  async restored(): Promise<void> {
    if (!this.#closed) this.#started()
    const restored = this.#restored
    await restored
    // The process may have died and been replaced meanwhile.
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
      // The replacement must not load it again.
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
      onGone: (error) => this.#died(started, error),
    })
    this.#process = started
    const startedMs = performance.now()
    // A process that dies before it answers this had not started any load.
    const first = started.ask({ kind: 'unload', modelId: '' }, { limit: startLimit(this.#options) })
    const answered = first.catch(() => undefined)
    let models = 0
    this.#restored = this.#models.restore((model) => {
      models++
      return this.#load(model, started)
    })
    Promise.all([answered, this.#restored]).then(() => {
      if (this.#process === started) this.#group.restartTimes.took(performance.now() - startedMs, { models })
    })
    return started
  }

  #died(dead: WorkerProcess, error: EngineDied): void {
    if (this.#process !== dead) return
    this.#process = undefined
    error.backInMs = this.#group.restartTimes.usualMs
    this.#models.endRestoring(error, { isLoadToBlame: dead.hasAnswered })
    if (this.#closed) return
    // A process that never answered is started again only when needed, to avoid a crash loop.
    if (dead.hasAnswered) this.#started()
    this.#options.onDeath?.(error)
  }
}

/** The number of input values, to which the time of a run is roughly proportional. */
const unitsOf = (inputs: Tensors): number => Object.values(inputs).reduce((total, { data }) => total + data.length, 0)
