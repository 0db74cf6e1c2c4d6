import { nearestName } from '../../../shared/nearest-name.ts'
import type { CellType } from './tabular-graph.ts'

/** The columns that a model takes. */
export interface TableShape {
  width: number
  columns: readonly string[] | undefined
  /** The type of each column. @default all float32 */
  types?: readonly CellType[]
  /** Whether the model imputes missing values. */
  takesMissing?: boolean
}

/**
 * Describes the model's columns: all names, or the count with the name most similar to the given one if there are many.
 */
export function expected(table: TableShape, given?: string): string {
  const { width, columns } = table
  if (columns === undefined) return `${width} ${cells(table)}`
  if (columns.length <= 12) return `${width}: ${columns.join(', ')}`
  const near = given && nearestName({ name: given, known: columns, editsMax: Math.max(1, given.length / 3) })
  return `${width} ${cells(table)}${near ? `, one of them "${near}"` : ''}`
}

export function cells({ width, types = [] }: Omit<TableShape, 'columns'>): string {
  const texts = types.filter((type) => type === 'string').length
  const kind = texts === 0 ? 'number' : texts === width ? 'text' : 'value'
  return width === 1 ? kind : `${kind}s`
}

export function example({ width, types = [] }: TableShape): string {
  const values = Array.from({ length: Math.min(width, 4) }, (_, column) =>
    types[column] === 'string' ? '"a text"' : '0.0',
  )
  return `[[${values.join(', ')}${width > 4 ? ', …' : ''}]]`
}
