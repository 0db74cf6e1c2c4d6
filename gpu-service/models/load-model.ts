import { errors, messageOf } from '../../shared/errors.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { OpenedTask, RunSettings } from '../tasks/task.ts'
import { taskNamed } from '../tasks/tasks.ts'
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
  speed: { cost: number; runMs: number }[]
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
    await Promise.all(pool.engines.map((engine) => engine.load({ modelId, path: opened.graphPath })))
    const stopWarmUp = metrics.modelWarmup.startTimer({ deployment })
    const speed = (await Promise.all(pool.engines.map((engine) => warmUp({ engine, modelId, opened })))).flat()
    stopWarmUp()
    stopLoading()
    return { modelId, task: task.name, opened, speed }
  } catch (error) {
    await unloadModel(modelId, pool)
    throw errors.unsupportedModel(`the file "${file}" could not be loaded: ${messageOf(error)}`)
  }
}

export async function unloadModel(modelId: string, pool: EnginePool): Promise<void> {
  await Promise.allSettled(pool.engines.map((engine) => engine.unload({ modelId })))
}

async function warmUp({ engine, modelId, opened }: WarmUp): Promise<LoadedModel['speed']> {
  const speed = []
  for (const { call, cost } of opened.warmUp) {
    // The first run of a shape also makes room for it, so the second one is the measure.
    await engine.run({ modelId, ...call() })
    const startedMs = performance.now()
    await engine.run({ modelId, ...call() })
    speed.push({ cost, runMs: performance.now() - startedMs })
  }
  return speed
}

interface WarmUp {
  engine: EnginePool['engines'][number]
  modelId: string
  opened: OpenedTask
}
