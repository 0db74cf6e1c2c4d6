import { errors, messageOf } from '../../shared/errors.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { type Engine, type EngineCall, ModelHung } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { OpenedTask, RunSettings } from '../tasks/task.ts'
import { taskNamed } from '../tasks/tasks.ts'
import { graphId } from './graph-id.ts'
import type { ModelCache, ModelRequest } from './model-cache.ts'
import { localPath } from './model-files.ts'
import { readOnnxGraph } from './onnx-graph.ts'

export interface LoadRequest extends ModelRequest {
  task: string
  /** For the metrics. */
  deployment: string
}

/** A model that every engine holds, warm. */
export interface LoadedModel {
  modelId: string
  task: string
  opened: OpenedTask
  /** The warm-up's runs, measured. */
  speed: { graph: string; items: number; cost: number; runMs: number }[]
}

export interface LoaderParts {
  cache: ModelCache
  pool: EnginePool
  metrics: Metrics
  settings: RunSettings
}

/** Puts a model into every engine under the id given. @throws AppError `unsupported_model` naming the file at fault. */
export async function loadModel(
  request: LoadRequest & { modelId: string },
  { cache, pool, metrics, settings }: LoaderParts,
): Promise<LoadedModel> {
  const { deployment, file, modelId } = request
  const stopLoading = metrics.modelLoading.startTimer({ deployment })
  const task = taskNamed(request.task)
  const files = await cache.materialise(request)
  const graph = await readOnnxGraph(localPath(files, file)).catch((error) => {
    throw errors.unsupportedModel(`the file "${file}" is not an ONNX model: ${messageOf(error)}.`)
  })
  const opened = await task.open({ files, file, graph, settings })
  try {
    const stopWarmUp = metrics.modelWarmup.startTimer({ deployment })
    const [first, ...others] = pool.engines
    const prepare = (engine: Engine) => loadAndWarm({ engine, modelId, opened })
    // One engine goes first: a model that never ends holds that one, and not all.
    const speed = first === undefined ? [] : await prepare(first)
    speed.push(...(await Promise.all(others.map(prepare))).flat())
    stopWarmUp()
    stopLoading()
    return { modelId, task: task.name, opened, speed }
  } catch (error) {
    await unloadModel({ modelId, opened }, pool)
    if (error instanceof ModelHung) throw error
    throw errors.unsupportedModel(`the file "${file}" could not be loaded: ${messageOf(error)}`)
  }
}

export async function unloadModel(
  { modelId, opened }: Pick<LoadedModel, 'modelId' | 'opened'>,
  pool: EnginePool,
): Promise<void> {
  const ids = Object.keys(opened.graphs).map((graph) => graphId({ modelId, graph }))
  await Promise.allSettled(pool.engines.flatMap((engine) => ids.map((id) => engine.unload({ modelId: id }))))
}

async function loadAndWarm({ engine, modelId, opened }: WarmUp): Promise<LoadedModel['speed']> {
  for (const [graph, path] of Object.entries(opened.graphs))
    await engine.load({ modelId: graphId({ modelId, graph }), path })
  const speed = []
  for (const { graph, call, cost } of opened.warmUp) {
    const id = graphId({ modelId, graph })
    const items = itemsOf(call())
    // The first run of a shape also makes room for it, so the second one is the measure: of what a busy engine does.
    for (const threads of ['all', 'own'] as const) await engine.run({ modelId: id, threads, ...call() })
    const startedMs = performance.now()
    await engine.run({ modelId: id, threads: 'own', ...call() })
    speed.push({ graph, items, cost, runMs: performance.now() - startedMs })
  }
  return speed
}

/** How many inputs a run takes: the first dimension of its tensors. */
const itemsOf = ({ inputs }: EngineCall): number => Object.values(inputs)[0]?.dims[0] || 1

interface WarmUp {
  engine: Engine
  modelId: string
  opened: OpenedTask
}
