import { basename, dirname } from 'node:path/posix'
import { errors } from '../../shared/errors.ts'
import { pathFault } from '../../shared/model/file-path.ts'
import { type RevisionFile, sortedByPath } from '../../shared/model/revision-id.ts'
import { sentenceConfigs } from '../tasks/text/sentence-config.ts'

/** Bounded because it is parsed on the serving thread; XLM-R's quarter of a million tokens take half of it. */
const tokenizerMaxBytes = 32 * 1024 * 1024
const configMaxBytes = 4 * 1024 * 1024
/** Modules of sentence-transformers; other folders may hold anything, and thousands. */
const moduleConfigs = { pattern: /^[^/]+\/config\.json$/, countMax: 64, maxBytes: 64 * 1024 }
/** A dense layer of sentence-transformers; 4096 × 4096 floats fit. */
const denseWeights = { pattern: /^\d+_Dense[^/]*\/model\.safetensors$/, countMax: 8, maxBytes: 80 * 1000 ** 2 }

/** Every text file that tasks read. */
const configNames = new Set([
  ...['config.json', 'config_sentence_transformers.json', 'modules.json', 'preprocessor_config.json'],
  ...['processor_config.json', 'special_tokens_map.json', 'tokenizer_config.json'],
  ...sentenceConfigs,
])

/**
 * The files needed to serve one ONNX file: itself, its companions, their external weights, and configuration. @throws
 * AppError `unsupported_model` for a missing file or an unsafe path
 */
export function neededFiles({ files, file, others = [] }: NeededFiles): RevisionFile[] {
  const has = (wanted: string) => files.some(({ path }) => path === wanted)
  if (!has(file)) throw errors.unsupportedModel(`the revision has no file "${file}"; deploy one of its ONNX files.`)
  const missing = others.find((other) => !has(other))
  if (missing !== undefined)
    throw errors.unsupportedModel(`the revision has no file "${missing}", which is needed to serve "${file}".`)
  const graphs = [file, ...others]
  const ofModules = new Set([...firstOf(files, moduleConfigs), ...firstOf(files, denseWeights)])
  const needed = files.filter(
    (candidate) =>
      graphs.some((graph) => candidate.path === graph || isWeightOf(candidate, graph)) ||
      isConfig(candidate) ||
      ofModules.has(candidate),
  )
  for (const { path, sizeBytes } of needed) {
    if (path === 'tokenizer.json' && sizeBytes > tokenizerMaxBytes)
      throw errors.unsupportedModel(`the file "${path}" has ${sizeBytes} bytes; the limit is ${tokenizerMaxBytes}.`)
    const fault = pathFault(path)
    if (fault !== undefined) throw errors.unsupportedModel(`the path "${path}" is not safe: ${fault}.`)
  }
  return needed
}

interface NeededFiles {
  files: readonly RevisionFile[]
  file: string
  /** Further files that are served with it. */
  others?: readonly string[] | undefined
}

/** `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data` and `model.data` belong to `model.onnx`. */
export const isWeightOf = ({ path }: Pick<RevisionFile, 'path'>, file: string): boolean =>
  dirname(path) === dirname(file) &&
  (basename(path).startsWith(`${basename(file)}_data`) ||
    basename(path) === `${basename(file)}.data` ||
    basename(path) === `${basename(file, '.onnx')}.data`)

const isConfig = ({ path, sizeBytes }: RevisionFile): boolean =>
  path === 'tokenizer.json' || (configNames.has(path) && sizeBytes <= configMaxBytes)

interface OfModules {
  pattern: RegExp
  countMax: number
  maxBytes: number
}

/** Module folders are numbered, so they sort before others. */
const firstOf = (files: readonly RevisionFile[], { pattern, countMax, maxBytes }: OfModules): RevisionFile[] =>
  sortedByPath(files.filter(({ path, sizeBytes }) => pattern.test(path) && sizeBytes <= maxBytes)).slice(0, countMax)
