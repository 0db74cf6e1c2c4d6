import type { EnginePool } from '../engine/engine-pool.ts'
import type { FolderLock } from './folder-lock.ts'
import { LearnedSize } from './learned-size.ts'
import type { EngineLoad } from './load-into-engine.ts'
import { allAwake, loadIntoEngines, unloadFromEngines } from './load-into-engines.ts'
import type { OpenedModel } from './open-model.ts'

export interface EngineCopiesOptions {
  modelId: string
  file: string
  opened: OpenedModel
  pool: EnginePool
  /** The memory budget of all models together. */
  maxBytes: number
  /** The private memory of the engines, if known. */
  engineBytes: () => number | undefined
  /** Restores its files if needed, and holds them until the lock is released. */
  lockFiles: (paths: readonly string[]) => Promise<FolderLock>
}

/** A model's copies in the engines: loads them, holds their files meanwhile, and learns their size and load time. */
export class EngineCopies {
  readonly #options: EngineCopiesOptions
  readonly #size: LearnedSize
  #loadMs: number | undefined
  #lock: FolderLock | undefined

  constructor(options: EngineCopiesOptions) {
    const { opened, maxBytes, engineBytes } = options
    this.#options = options
    this.#size = new LearnedSize({ fileBytes: opened.fileBytes, maxBytes, engineBytes })
  }

  get sizeBytes(): number {
    return this.#size.bytes
  }

  /** The duration of the last load. */
  get loadMs(): number | undefined {
    return this.#loadMs
  }

  /** @throws what the load throws; the files are not held then */
  async load(): Promise<EngineLoad & { loadMs: number }> {
    const { opened, lockFiles } = this.#options
    const startedMs = performance.now()
    const lock = await lockFiles(opened.paths)
    const loaded = await this.#loadMeasured().catch((error) => {
      lock.release()
      throw error
    })
    this.#lock = lock
    const loadMs = performance.now() - startedMs
    this.#loadMs = loadMs
    return { ...loaded, loadMs }
  }

  /** Never rejects. */
  async unload(): Promise<void> {
    const { modelId, opened, pool } = this.#options
    await unloadFromEngines({ modelId, opened: opened.opened, pool })
    this.#lock?.release()
    this.#lock = undefined
  }

  async #loadMeasured(): Promise<EngineLoad> {
    const { modelId, opened, file, pool } = this.#options
    await allAwake(pool)
    const isKnown = this.#loadMs !== undefined
    const { fileBytes } = opened
    return this.#size.measure(() => loadIntoEngines({ modelId, opened: opened.opened, pool, file, fileBytes, isKnown }))
  }
}
