import { stat } from 'node:fs/promises'
import { errors, messageOf } from '../../shared/errors.ts'
import type { OpenedTask, RunSettings } from '../tasks/task.ts'
import { taskNamed } from '../tasks/tasks.ts'
import { withTensors } from '../tasks/tensors/with-tensors.ts'
import type { ModelCache, ModelRequest } from './model-cache.ts'
import { localPath } from './model-files.ts'
import { isWeightOf } from './needed-files.ts'
import { readOnnxGraph } from './onnx-graph.ts'

/** A model as its task understands it, with its files on this disk and nothing of it in the engines. */
export interface OpenedModel {
  task: string
  opened: OpenedTask
  /** The files that the engines will read, and what they hold together. */
  paths: string[]
  fileBytes: number
}

/** @throws AppError `unsupported_model` naming the file at fault. */
export async function openModel(
  request: ModelRequest & { task: string },
  { cache, settings }: { cache: ModelCache; settings: RunSettings },
): Promise<OpenedModel> {
  const { file } = request
  const task = taskNamed(request.task)
  const graphs = [file, ...(task.filesWith?.(file) ?? [])]
  const files = await cache.materialise({ ...request, others: graphs.slice(1) })
  const graph = await readOnnxGraph(localPath(files, file)).catch((error) => {
    throw errors.unsupportedModel(`the file "${file}" is not an ONNX model: ${messageOf(error)}.`)
  })
  const source = { files, file, graph, settings }
  const opened = withTensors(await task.open(source), source)
  const weights = [...files.paths]
    .filter((path) => graphs.some((one) => isWeightOf({ path }, one)))
    .map((path) => localPath(files, path))
  const paths = [...new Set([...Object.values(opened.graphs), ...weights])]
  const sizes = await Promise.all(paths.map((path) => stat(path)))
  return { task: task.name, opened, paths, fileBytes: sizes.reduce((total, { size }) => total + size, 0) }
}
