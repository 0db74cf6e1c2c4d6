import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { type Device, EngineDied, type ModelFile } from './engine.ts'
import type { HeldModels } from './held-models.ts'
import type { RestartTimes } from './restart-times.ts'
import { loadLimit, startLimit, type TimeLimitOptions } from './time-limits.ts'
import { WorkerProcess } from './worker-process.ts'

export interface RestartedProcessOptions extends TimeLimitOptions {
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
  /** Called when the process died. */
  onDeath?: (error: EngineDied) => void
}

interface Restarts {
  /** The models to load again. */
  models: HeldModels
  /** How long restarts take. */
  restartTimes: RestartTimes
}

/** The process of an engine: started when needed, and replaced with its models when it dies. */
export class RestartedProcess {
  readonly #options: RestartedProcessOptions & Restarts
  #process: WorkerProcess | undefined
  #restored: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: RestartedProcessOptions & Restarts) {
    this.#options = options
  }

  /** The running process, if any. */
  get running(): WorkerProcess | undefined {
    return this.#process
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** @throws EngineDied if it is closed */
  start(): WorkerProcess {
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
    this.#restored = this.#options.models.restore((model) => {
      models++
      return this.#load(model, started)
    })
    Promise.all([answered, this.#restored]).then(() => {
      if (this.#process === started) this.#options.restartTimes.took(performance.now() - startedMs, { models })
    })
    return started
  }

  /** Loads a model, and again whenever the process is replaced. */
  async load(model: ModelFile): Promise<void> {
    await this.#load(model, this.start())
    this.#options.models.hold(model)
  }

  /** Resolves when a process runs that has all models which can be loaded. */
  async restored(): Promise<void> {
    if (!this.#closed) this.start()
    const restored = this.#restored
    await restored
    // The process may have died and been replaced meanwhile.
    if (this.#restored !== restored) await this.restored()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#process?.leave()
  }

  async #load(model: ModelFile, process: WorkerProcess): Promise<void> {
    const { modelId, path } = model
    const partial = `${path}.${randomUUID()}.partial`
    try {
      await process.ask({ kind: 'load', modelId, path, partial }, { limit: loadLimit(model, this.#options) })
    } catch (error) {
      // A killed process leaves what it was writing, and one that is killed at every load would fill the disk.
      if (error instanceof EngineDied)
        await rm(partial, { recursive: true, force: true, maxRetries: 5 }).catch(() => {})
      throw error
    }
  }

  #died(dead: WorkerProcess, error: EngineDied): void {
    if (this.#process !== dead) return
    this.#process = undefined
    const { models, restartTimes, onDeath } = this.#options
    error.backInMs = restartTimes.usualMs
    models.endRestoring(error, { isLoadToBlame: dead.hasAnswered })
    if (this.#closed) return
    // A process that never answered is started again only when needed, to avoid a crash loop.
    if (dead.hasAnswered) this.start()
    onDeath?.(error)
  }
}
