import { errors } from '../../../shared/errors.ts'
import type { Tensor } from '../../engine/engine.ts'

export interface TabularAnswer {
  /** The class, in the model's own words. */
  label?: string
  /** The probability of that class, where the model gives one. */
  score?: number
  probabilities?: Record<string, number>
  /** What a regressor says. */
  value?: number
}

export interface ReadAnswers {
  label: Tensor | undefined
  scores: Tensor | undefined
  id2label: Record<string, string> | undefined
  /** What the graph itself calls its classes, column by column. */
  classes?: readonly string[] | undefined
  count: number
}

/** One answer per row of the batch. */
export function readAnswers({ label, scores, id2label, classes: own, count }: ReadAnswers): TabularAnswer[] {
  const width = scores === undefined ? 0 : scores.data.length / count
  const classes = own?.length === width ? own.map((name) => id2label?.[name] ?? name) : classNames(width, id2label)
  return Array.from({ length: count }, (_, row) => {
    const numbers = scores === undefined ? [] : Array.from(scores.data.slice(row * width, (row + 1) * width), Number)
    if (label === undefined) return { value: numberAt(numbers, 0) }
    const id = String(label.data[row])
    const name = id2label?.[id] ?? id
    if (scores === undefined) return { label: name }
    const column = classes.indexOf(name)
    // A graph whose string labels have no table gives no name to its columns; the label is then the likeliest one.
    const score = column < 0 ? Math.max(...numbers) : numberAt(numbers, column)
    return {
      label: name,
      score,
      probabilities: Object.fromEntries(classes.map((key, i) => [key, numberAt(numbers, i)])),
    }
  })
}

/** The columns of the probabilities stand in the order of the classes' ids. */
function classNames(width: number, id2label: Record<string, string> | undefined): string[] {
  const ids = Object.keys(id2label ?? {}).sort((a, b) => Number(a) - Number(b))
  if (id2label !== undefined && ids.length === width) return ids.map((id) => id2label[id] ?? id)
  return Array.from({ length: width }, (_, index) => String(index))
}

function numberAt(numbers: readonly number[], index: number): number {
  const value = numbers[index]
  if (value === undefined) throw errors.inferenceFailed('the graph answered fewer numbers than it has classes')
  return value
}
