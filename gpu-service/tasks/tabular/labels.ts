import { errors } from '../../../shared/errors.ts'
import type { Tensor } from '../../engine/engine.ts'
import { applyFunction } from '../label-scores.ts'

export interface TabularAnswer {
  /** The name of the class. */
  label?: string
  /** The probability of that class, or the single number per row that the model returns. */
  score?: number
  probabilities?: Record<string, number>
  /** The result of a regression. */
  value?: number
  /** The results of a regression with several targets. */
  values?: number[]
}

interface ReadAnswers {
  label: Tensor | undefined
  scores: Tensor | undefined
  id2label: Record<string, string> | undefined
  /** The class names stored in the graph, column by column. */
  classes?: readonly string[] | undefined
  count: number
}

/**
 * Returns a function per row that makes its answer, because one of many classes takes long.
 *
 * @throws AppError `inference_failed` if the graph does not return finite numbers, row by row
 */
export function readAnswers({ label, scores, id2label, classes: own, count }: ReadAnswers): (() => TabularAnswer)[] {
  if (label !== undefined && label.data.length !== count) throw notByRow(label, count)
  if (scores !== undefined && (scores.data.length % count !== 0 || scores.dims[0] !== count))
    throw notByRow(scores, count)
  assertFinite(scores)
  const width = scores === undefined ? 0 : scores.data.length / count
  const isOwn = own?.length === width
  const named = isOwn ? own.map((name) => id2label?.[name] ?? name) : namesByConfig(width, id2label)
  return Array.from({ length: count }, (_, row) => () => {
    const numbers = scores === undefined ? [] : Array.from(scores.data.slice(row * width, (row + 1) * width), Number)
    if (label === undefined) return named === undefined ? regression(numbers) : likeliest(shares(numbers), named)
    const id = String(label.data[row])
    const names = named ?? numbers.map((_, column) => String(column))
    return classification({ name: id2label?.[id] ?? id, numbers, names, isOwn })
  })
}

function classification({ name, numbers, names, isOwn }: Classification): TabularAnswer {
  if (numbers.length === 0) return { label: name }
  const most = numbers.reduce((most, number) => Math.max(most, number), Number.NEGATIVE_INFINITY)
  const score = numbers[names.indexOf(name)]
  // Names that are not the graph's own are used for the columns only if they agree with its label for the row, which a
  // single column for two classes never does.
  if (score === undefined || (!isOwn && (numbers.length === 1 || score !== most))) return { label: name, score: most }
  return { label: name, score, probabilities: byName(numbers, names) }
}

interface Classification {
  name: string
  numbers: readonly number[]
  /** The names of the columns. */
  names: readonly string[]
  /** Whether the names are stored in the graph. */
  isOwn: boolean
}

/** JSON would turn them into null. */
function assertFinite(scores: Tensor | undefined): void {
  for (const number of scores?.data ?? [])
    if (!Number.isFinite(Number(number)))
      throw errors.inferenceFailed('its output contains NaN or infinity, which JSON cannot express.')
}

const regression = (numbers: number[]): TabularAnswer =>
  numbers.length === 1 ? { value: numbers[0] ?? 0 } : { values: numbers }

/** A neural network without a label output has a number for each class of config.json. */
function likeliest(numbers: readonly number[], names: readonly string[]): TabularAnswer {
  const best = numbers.reduce((best, number, column) => (number > (numbers[best] ?? 0) ? column : best), 0)
  return { label: names[best] ?? '', score: numbers[best] ?? 0, probabilities: byName(numbers, names) }
}

/** Networks end before or after their softmax. */
function shares(numbers: readonly number[]): readonly number[] {
  const total = numbers.reduce((sum, number) => sum + number, 0)
  const areShares = Math.abs(total - 1) < 0.001 && numbers.every((number) => number >= 0)
  return areShares ? numbers : applyFunction(numbers, 'softmax')
}

const byName = (numbers: readonly number[], names: readonly string[]): Record<string, number> =>
  Object.fromEntries(numbers.map((number, column) => [names[column] ?? String(column), number]))

/** The columns are in the order of the class ids. */
function namesByConfig(width: number, id2label: Record<string, string> | undefined): string[] | undefined {
  const ids = Object.keys(id2label ?? {}).sort((a, b) => Number(a) - Number(b))
  return width > 1 && ids.length === width ? ids.map((id) => id2label?.[id] ?? id) : undefined
}

const notByRow = ({ dims }: Tensor, count: number) =>
  errors.inferenceFailed(`its output for ${count} rows has the shape [${dims.join(', ')}].`)
