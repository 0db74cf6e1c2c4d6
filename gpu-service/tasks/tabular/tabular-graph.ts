import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Unzipped } from './zip-map.ts'

/** More than any table that people make; a graph may declare billions, and a row of them would be made to warm up. */
const columnsMax = 65_536

export type NumberType = 'float32' | 'float64' | 'int64'

/** Where a tabular graph takes its rows and leaves its answers. */
export interface TabularGraph {
  input: string
  type: NumberType
  width: number
  /** The class of each row; absent for a regressor. */
  label: string | undefined
  /** One number per class (or, for a regressor, the value itself). */
  scores: string | undefined
  /** Why there are no probabilities, where there are none. */
  withoutScores: string | undefined
}

/** @throws AppError `unsupported_model` where the graph is not one table in, one answer per row out. */
export function readTabularGraph({ graph, file, columns, unzipped }: ReadTabularGraph): TabularGraph {
  const [input, ...others] = graph.inputs
  if (input === undefined || others.length > 0)
    throw errors.unsupportedModel(
      `"${file}" takes ${graph.inputs.length} inputs (${graph.inputs.map(({ name }) => name).join(', ')}); export it with all columns in one tensor.`,
    )
  if (!isNumberType(input.type))
    throw errors.unsupportedModel(`the input "${input.name}" of "${file}" is ${input.type}, not numbers.`)
  const columnsOfGraph = input.shape?.[1]
  const width = typeof columnsOfGraph === 'number' && columnsOfGraph > 0 ? columnsOfGraph : columns?.length
  if (width === undefined)
    throw errors.unsupportedModel(
      `"${file}" does not say how many columns it takes; list them as sklearn.columns in config.json.`,
    )
  if (width > columnsMax)
    throw errors.unsupportedModel(`"${file}" declares ${width} columns; at most ${columnsMax} are served.`)
  const label = graph.outputs.find(({ type }) => type === 'int64' || type === 'string')
  const scores = unzipped?.tensor ?? graph.outputs.find(({ type }) => type === 'float32' || type === 'float64')?.name
  if (label === undefined && scores === undefined)
    throw errors.unsupportedModel(`"${file}" has no output that is a label or a number.`)
  return {
    input: input.name,
    type: input.type,
    width,
    label: label?.name,
    scores,
    withoutScores: scores === undefined ? whyNone(graph.outputs) : undefined,
  }
}

interface ReadTabularGraph {
  graph: OnnxHeader
  file: string
  columns: readonly string[] | undefined
  /** What stands in for an output of maps. */
  unzipped: Unzipped | undefined
}

const isNumberType = (type: string): type is NumberType => type === 'float32' || type === 'float64' || type === 'int64'

const whyNone = (outputs: TensorSignature[]): string => {
  const sequence = outputs.find(({ type }) => type === 'sequence' || type === 'map')
  return sequence === undefined
    ? 'the graph has no output of probabilities'
    : `the output "${sequence.name}" is a sequence of maps, which the runtime cannot return; export with zipmap=False`
}
