import { errors, messageOf } from '../../shared/errors.ts'
import { type Engine, EngineDied, ModelHung, ModelLost } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import { isShortOfMemory } from '../engine/short-of-memory.ts'
import { graphId } from './graph-id.ts'
import { type EngineLoad, type EngineModel, type LoadOptions, loadIntoEngine } from './load-into-engine.ts'
import { loadReason } from './load-reason.ts'

/**
 * Loads a model into every engine and warms it up in all shapes it will be used in. Unloads it on failure.
 * @throws AppError `unsupported_model` @throws ModelHung, ModelLost, EngineDied
 * @throws Error if memory is too short at the moment
 */
export async function loadIntoEngines(model: EngineModel & LoadOptions): Promise<EngineLoad> {
  const { isKnown = false, pool } = model
  // One engine first, so that a model that never finishes blocks only that one.
  const first = isKnown ? [] : pool.engines.slice(0, 1)
  const others = pool.engines.slice(first.length)
  const stop = new AbortController()
  const loads: Promise<EngineLoad>[] = []
  const load = (engines: readonly Engine[]) => {
    const loading = engines.map((engine) => loadIntoEngine(engine, { ...model, signal: stop.signal }))
    loads.push(...loading)
    return Promise.all(loading)
  }
  try {
    const loaded = [...(await load(first)), ...(await load(others))]
    const [slowest] = loaded.map(({ warmUpMs }) => warmUpMs).sort((a, b) => b - a)
    return { speed: loaded.flatMap(({ speed }) => speed), warmUpMs: slowest ?? 0 }
  } catch (error) {
    stop.abort()
    // A busy engine would otherwise load it after it was unloaded everywhere.
    await Promise.allSettled(loads)
    await unloadFromEngines(model)
    if (error instanceof ModelHung || error instanceof ModelLost) throw error
    if (error instanceof EngineDied)
      throw new EngineDied(`the file "${model.file}" could not be loaded: ${messageOf(error)}`)
    const reason = `the file "${model.file}" could not be loaded: ${loadReason(messageOf(error))}`
    // Memory may be free at the next try.
    throw isShortOfMemory(error) ? new Error(reason) : errors.unsupportedModel(reason)
  }
}

/** Resolves when every engine answers, and its base memory is allocated. */
export async function allAwake(pool: Pick<EnginePool, 'engines'>): Promise<void> {
  const awake = pool.engines.map(async (engine) => {
    await engine.restored()
    await engine.unload({ modelId: '' })
  })
  await Promise.allSettled(awake)
}

/** Unloads a model from every engine that has it. */
export async function unloadFromEngines({ modelId, opened, pool }: EngineModel): Promise<void> {
  const ids = Object.keys(opened.graphs).map((graph) => graphId({ modelId, graph }))
  await Promise.allSettled(pool.engines.flatMap((engine) => ids.map((id) => engine.unload({ modelId: id }))))
}
