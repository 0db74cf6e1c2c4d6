import type { RevisionMetadata } from '../contract/repo.ts'
import { errors } from '../errors.ts'
import { fileOfPrecision } from './file-of-precision.ts'
import type { ModelDevice, Precision } from './precision.ts'
import { type ServedTask, servedAs, servedTasks } from './served-tasks.ts'

/**
 * Chooses which ONNX file of a revision to serve, and as what task: the named file, the requested precision's, or the
 * device's default. @throws AppError `unsupported_model`, `still_inspected`
 */
export function chooseOnnxFile(input: ChooseInput): ChosenFile {
  const { target, metadata, wanted, precision, wantedTask, device = 'cpu' } = input
  if (metadata === undefined) throw errors.stillInspected(target)
  const paths = metadata.onnx.map(({ path }) => path)
  const file = wanted ?? fileOfPrecision({ target, paths, task: wantedTask ?? metadata.task, precision, device })
  const chosen = metadata.onnx.find(({ path }) => path === file)
  if (chosen === undefined)
    throw errors.unsupportedModel(`"${target}" has no ONNX file "${file}". It has: ${paths.join(', ') || 'none'}.`)
  if (chosen.fault !== undefined) throw errors.unsupportedModel(`"${target}" cannot be served: ${chosen.fault}.`)
  if (wantedTask === undefined && metadata.task !== undefined && writers.has(metadata.task))
    throw errors.unsupportedModel(
      `"${target}" does ${metadata.task}: text generation is not served yet. Served are: ${servedTasks.join(', ')}.`,
    )
  // A model of an unsupported task is served as plain tensors.
  return { file, task: servedAs(wantedTask ?? metadata.task), pipelineTag: metadata.task }
}

/** Text generation works token by token, and no client sends the cache back and forth for each. */
const writers = new Set([
  'text-generation',
  'text2text-generation',
  'image-text-to-text',
  'translation',
  'summarization',
])

interface ChosenFile {
  file: string
  task: string
  /** The Hub's name of the task, where it is known. */
  pipelineTag: string | undefined
}

export interface ChooseInput {
  target: string
  metadata: RevisionMetadata | undefined
  /** A path; takes precedence over a precision. */
  wanted?: string | undefined
  precision?: Precision | undefined
  /** Overrides the task that the repo declares. */
  wantedTask?: ServedTask | undefined
  /** The device of the pool. */
  device?: ModelDevice | undefined
}
