import { dirname, isAbsolute, join, relative } from 'node:path/posix'
import { errors } from '../../shared/errors.ts'
import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import type { ModelCache, ModelRequest } from './model-cache.ts'
import { localPath, type ModelFiles } from './model-files.ts'
import { isWeightOf } from './needed-files.ts'
import { readOnnxGraph } from './onnx-graph.ts'

interface FetchedFiles {
  files: ModelFiles
  /** The header of the served file. */
  graph: OnnxHeader
  /** The files of its external weights, as paths in the repo. */
  weights: string[]
}

/**
 * Downloads the files of a model. Weight files are recognised by their usual names, or by the names in the graphs.
 * @throws AppError `unsupported_model` naming the file at fault
 */
export async function fetchFiles({ cache, request, others }: FetchFiles): Promise<FetchedFiles> {
  const { file } = request
  const usual = await cache.materialise({ ...request, others })
  const graph = await readHeader(usual, file)
  const named = weightPaths({ file, graph })
  for (const other of others) named.push(...weightPaths({ file: other, graph: await readHeader(usual, other) }))
  const isWhole = named.every((path) => usual.paths.has(path))
  const files = isWhole ? usual : await cache.materialise({ ...request, others: [...others, ...named] })
  const called = [...files.paths].filter((path) => [file, ...others].some((one) => isWeightOf({ path }, one)))
  return { files, graph, weights: [...new Set([...called, ...named])] }
}

interface FetchFiles {
  cache: Pick<ModelCache, 'materialise'>
  request: ModelRequest
  /** Further ONNX files that are served with it. */
  others: readonly string[]
}

function readHeader(files: ModelFiles, path: string): Promise<OnnxHeader> {
  return readOnnxGraph(localPath(files, path)).catch((error) => {
    // A failure of this machine may pass.
    if (!(error instanceof RangeError)) throw error
    throw errors.unsupportedModel(`the file "${path}" is not an ONNX model: ${error.message}.`)
  })
}

/**
 * The paths of external weights, which a graph names relative to itself. @throws AppError `unsupported_model` outside
 * of its folder
 */
function weightPaths({ file, graph }: { file: string; graph: OnnxHeader }): string[] {
  const folder = dirname(file)
  return (graph.externalData ?? []).map((location) => {
    const path = join(folder, location)
    if (isAbsolute(location) || relative(folder, path).split('/')[0] === '..')
      throw errors.unsupportedModel(
        `"${file}" names ${JSON.stringify(location)} for its weights, which is outside its folder; keep them beside it.`,
      )
    return path
  })
}
