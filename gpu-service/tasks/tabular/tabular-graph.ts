import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Unzipped } from './zip-map.ts'

/** More than any real table has. A graph may declare billions, and the warm-up would create a row of them. */
const columnsMax = 65_536

export type CellType = 'float32' | 'float64' | 'int64' | 'string'

/** A tensor of columns: the whole table, or a single column if each is a separate input. */
export interface ColumnInput {
  name: string
  type: CellType
  width: number
  /** Whether its rows are single values rather than lists of one. */
  isFlat: boolean
}

/** The inputs and outputs of a tabular graph. */
export interface TabularGraph {
  inputs: ColumnInput[]
  /** The number of columns of all inputs. */
  width: number
  /** Whether the graph imputes missing values. */
  takesMissing: boolean
  /** The class of each row; absent for a regressor. */
  label: string | undefined
  /** One number per class, or the value itself for a regressor. */
  scores: string | undefined
  /** Why there are no scores, if there are none. */
  withoutScores: string | undefined
}

/** @throws AppError `unsupported_model` if the graph does not take one table and return one answer per row. */
export function readTabularGraph({ graph, file, columns, unzipped }: ReadTabularGraph): TabularGraph {
  const inputs = columnInputs({ graph, file, columns })
  const label = graph.outputs.find(({ type }) => type === 'int64' || type === 'string')
  if (label?.shape?.slice(1).some((size) => typeof size === 'number' && size > 1))
    throw errors.unsupportedModel(
      `the output "${label.name}" of "${file}" has the shape [${label.shape.join(', ')}]: several labels per row are not served as a table; serve it as tensors (--task tensors, or "task" in the API).`,
    )
  const scores = unzipped?.tensor ?? graph.outputs.find(({ type }) => type === 'float32' || type === 'float64')?.name
  if (label === undefined && scores === undefined)
    throw errors.unsupportedModel(`"${file}" has no output that is a label or a number.`)
  return {
    inputs,
    width: inputs.reduce((total, { width }) => total + width, 0),
    takesMissing: graph.operators.has('Imputer'),
    label: label?.name,
    scores,
    withoutScores: scores === undefined ? whyNone(graph.outputs) : undefined,
  }
}

interface ReadTabularGraph {
  graph: OnnxHeader
  file: string
  columns: readonly string[] | undefined
  /** Replaces an output of maps. */
  unzipped: Unzipped | undefined
}

function columnInputs({ graph, file, columns }: Omit<ReadTabularGraph, 'unzipped'>): ColumnInput[] {
  const inputs = graph.inputs.map(({ name, type, shape }) => {
    if (!isCellType(type))
      throw errors.unsupportedModel(`the input "${name}" of "${file}" is ${type}; numbers and texts are served.`)
    const isFlat = shape?.length === 1
    const declared = isFlat ? 1 : shape?.[1]
    const isAll = graph.inputs.length === 1
    const width = typeof declared === 'number' && declared > 0 ? declared : isAll ? columns?.length : 1
    if (width === undefined)
      throw errors.unsupportedModel(
        `"${file}" does not say how many columns it takes; list them as sklearn.columns in config.json.`,
      )
    return { name, type, width, isFlat }
  })
  const width = inputs.reduce((total, one) => total + one.width, 0)
  if (inputs.length === 0) throw errors.unsupportedModel(`"${file}" takes no inputs.`)
  if (width > columnsMax)
    throw errors.unsupportedModel(`"${file}" declares ${width} columns; at most ${columnsMax} are served.`)
  return inputs
}

const cellTypes: readonly string[] = ['float32', 'float64', 'int64', 'string']
const isCellType = (type: string): type is CellType => cellTypes.includes(type)

const whyNone = (outputs: TensorSignature[]): string => {
  const sequence = outputs.find(({ type }) => type === 'sequence' || type === 'map')
  return sequence === undefined
    ? 'the graph has no output of probabilities'
    : `the output "${sequence.name}" is a sequence of maps, which the runtime cannot return; export with zipmap=False`
}
