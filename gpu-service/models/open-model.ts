import { stat } from 'node:fs/promises'
import type { OpenedTask, RunSettings } from '../tasks/task.ts'
import { taskNamed } from '../tasks/tasks.ts'
import { withTensors } from '../tasks/tensors/with-tensors.ts'
import { fetchFiles } from './fetch-files.ts'
import type { ModelCache, ModelRequest } from './model-cache.ts'
import { localPath } from './model-files.ts'

/** A model as its task understands it: its files are on this disk, and nothing is loaded. */
export interface OpenedModel {
  task: string
  opened: OpenedTask
  /** The files that the engines will read, and their total size. */
  paths: string[]
  fileBytes: number
}

/** @throws AppError `unsupported_model` naming the file at fault */
export async function openModel(
  request: ModelRequest & { task: string },
  { cache, settings }: { cache: ModelCache; settings: RunSettings },
): Promise<OpenedModel> {
  const { file } = request
  const task = taskNamed(request.task)
  const { files, graph, weights } = await fetchFiles({ cache, request, others: task.filesWith?.(file) ?? [] })
  const source = { files, file, graph, settings }
  const opened = withTensors(await task.open(source), source)
  const paths = [...new Set([...Object.values(opened.graphs), ...weights.map((path) => localPath(files, path))])]
  const sizes = await Promise.all(paths.map((path) => stat(path)))
  return { task: task.name, opened, paths, fileBytes: sizes.reduce((total, { size }) => total + size, 0) }
}
