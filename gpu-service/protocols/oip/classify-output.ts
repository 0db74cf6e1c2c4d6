import { errors } from '../../../shared/errors.ts'
import type { Route } from '../../deployments/route.ts'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import type { YieldTurn } from '../../yield-turn.ts'
import { largestOfRow } from './largest-of-row.ts'
import { textsMax } from './limits.ts'

/** Bounded because the classes of each row are found one by one. */
export const classesMax = 1000

/**
 * Converts the outputs for which the request wants classes; the others stay as they are. @throws AppError
 * `invalid_input`
 */
export async function classifiedOutputs({ tensors, wanted, route, yieldTurn }: ClassifiedOutputs): Promise<Tensors> {
  // Tabular models describe them as `classes`.
  const labels = route.describe.labels ?? route.describe.classes
  const classified: Tensors = { ...tensors }
  const hasRows = (route.service.capabilities.tensors?.rowsTogetherMax ?? 0) > 0
  for (const { name, classes: count } of wanted) {
    const given = tensors[name]
    if (given === undefined || count === undefined) continue
    // One value per row, and not the values of one row.
    const tensor = hasRows && given.dims.length === 1 ? { ...given, dims: [...given.dims, 1] } : given
    const named = Array.isArray(labels) ? labels.map(String) : []
    classified[name] = await classifyOutput({ name, tensor, count, labels: named, yieldTurn })
  }
  return classified
}

interface ClassifiedOutputs {
  tensors: Tensors
  wanted: readonly { name: string; classes?: number | undefined }[]
  route: Pick<Route, 'describe' | 'service'>
  yieldTurn: YieldTurn
}

/**
 * Triton's classification extension: the largest values of each row as strings, `value:index[:label]`, in descending
 * order. @throws AppError `invalid_input` for an output of strings
 */
async function classifyOutput({ name, tensor, count, labels, yieldTurn }: ClassifyOutput): Promise<Tensor> {
  const [rows = 1, ...rest] = tensor.dims.length > 1 ? tensor.dims : [1, ...tensor.dims]
  const width = rest.reduce((product, size) => product * size, 1)
  if (tensor.type === 'string') throw errors.invalidInput(`"${name}" has texts, which are no classes.`, 'outputs')
  const kept = Math.min(count, width)
  if (rows * kept > textsMax)
    throw errors.invalidInput(`"${name}" has ${rows * kept} classes; the limit is ${textsMax} per request.`, 'outputs')
  const named = labels.length === width ? labels : undefined
  const texts: string[] = []
  for (let row = 0; row < rows; row++)
    for (const { index, value } of await largestOfRow({ tensor, from: row * width, width, count: kept, yieldTurn }))
      texts.push([written(value, tensor), index, ...(named ? [named[index]] : [])].join(':'))
  return { type: 'string', dims: tensor.dims.length > 1 ? [rows, kept] : [kept], data: texts }
}

interface ClassifyOutput {
  name: string
  tensor: Tensor
  count: number
  /** The labels of the model's classes, used for outputs with as many values. */
  labels: readonly string[]
  yieldTurn: YieldTurn
}

/** Formatted like C's `%f`, which Triton's clients split and parse. */
const written = (value: number, { type }: Tensor): string => (type.startsWith('float') ? value.toFixed(6) : `${value}`)
