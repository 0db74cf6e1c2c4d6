import type { RevisionMetadata } from '../contract/repo.ts'
import { errors } from '../errors.ts'
import { fileOfPrecision } from './file-of-precision.ts'
import type { ModelDevice, Precision } from './precision.ts'
import { type ServedTask, servedAs, servedTasks } from './served-tasks.ts'

/**
 * Decides which ONNX file of a revision is served and as what: the one named, the one of the precision asked for, or the
 * default of the device. @throws AppError `unsupported_model`, `still_inspected`
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
      `"${target}" does ${metadata.task}: models that write text are not served yet. Served are: ${servedTasks.join(', ')}.`,
    )
  // What has no task of its own here is asked by the names of its tensors.
  return { file, task: servedAs(wantedTask ?? metadata.task), pipelineTag: metadata.task }
}

/** A text is written token by token, and its cache would go back and forth each time: no client does that. */
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
  /** What the Hub would call it, where that is known. */
  pipelineTag: string | undefined
}

export interface ChooseInput {
  target: string
  metadata: RevisionMetadata | undefined
  /** A file by its path; it goes before a precision. */
  wanted?: string | undefined
  precision?: Precision | undefined
  /** What to serve it as, whatever its repo says. */
  wantedTask?: ServedTask | undefined
  /** What the pool runs models on. */
  device?: ModelDevice | undefined
}
