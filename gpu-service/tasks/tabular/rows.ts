import { errors } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import { mapInSlices } from '../../yield-turn.ts'
import { inputsMax } from '../limits.ts'
import { type Cell, readCell } from './read-cell.ts'
import type { CellType } from './tabular-graph.ts'

/**
 * Reads `inputs` into rows of numbers and texts: a list of rows, each a list of values or an object by column name; a
 * table `{column: [values]}`, also in Hugging Face's `{data: …}`; or pandas' `{columns, data}`.
 *
 * @throws AppError `invalid_input` naming the place
 */
export async function readRows({ inputs, table, signal }: ReadRows): Promise<Cell[][]> {
  const given = rowsGiven(inputs, table)
  if (given === undefined)
    throw errors.invalidInput(
      `"inputs" must be a list of rows, such as ${example(table)}, or a table of columns: {"data": {"column": [0.0, …], …}}.`,
      'inputs',
    )
  const { count, rowAt } = given
  if (count === 0) throw errors.invalidInput('"inputs" is empty: send at least one row.', 'inputs')
  assertRowCount(count)
  const known = { ...table, names: new Set(table.columns) }
  const map = (index: number) => readRow(rowAt(index), `inputs[${index}]`, known)
  return mapInSlices({ items: Array.from({ length: count }, (_, index) => index), signal, map })
}

interface ReadRows {
  inputs: unknown
  table: TableShape
  signal: AbortSignal
}

export interface TableShape {
  width: number
  columns: readonly string[] | undefined
  /** The type of each column. @default all float32 */
  types?: readonly CellType[]
  /** Whether the model imputes missing values. */
  takesMissing?: boolean
}

interface KnownTable extends TableShape {
  names: ReadonlySet<string>
}

function readRow(row: unknown, param: string, table: KnownTable): Cell[] {
  if (isRecord(row)) return readNamed(row, param, table)
  if (!Array.isArray(row) && table.width === 1) return [readCell({ value: row, param, table, column: 0 })]
  if (!Array.isArray(row))
    throw errors.invalidInput(
      `"${param}" must be a row of ${table.width} ${cells(table)}, such as ${example(table)}.`,
      param,
    )
  if (row.length !== table.width)
    throw errors.invalidInput(`"${param}" has ${row.length} values; the model takes ${expected(table)}.`, param)
  return row.map((value, column) => readCell({ value, param: `${param}[${column}]`, table, column }))
}

function readNamed(row: Record<string, unknown>, param: string, table: KnownTable): Cell[] {
  const { columns, names } = table
  if (columns === undefined)
    throw errors.invalidInput(
      `"${param}" is an object, but the model does not name its columns; send ${table.width} numbers.`,
      param,
    )
  const unknown = Object.keys(row).find((name) => !names.has(name))
  if (unknown !== undefined)
    throw errors.invalidInput(
      `"${param}" has a column "${unknown}"; the model takes ${expected(table, unknown)}.`,
      param,
    )
  return columns.map((name, column) => {
    if (!Object.hasOwn(row, name))
      throw errors.invalidInput(`"${param}" has no column "${name}"; the model takes ${expected(table)}.`, param)
    return readCell({ value: row[name], param: `${param}.${name}`, table, column })
  })
}

function assertRowCount(count: number): void {
  if (count > inputsMax)
    throw errors.invalidInput(`"inputs" has ${count} rows; the limit is ${inputsMax} rows per request.`, 'inputs')
}

/** Rows created one by one, because creating those of a whole table at once would take long. */
interface GivenRows {
  count: number
  rowAt(index: number): unknown
}

function rowsGiven(inputs: unknown, table: TableShape): GivenRows | undefined {
  if (Array.isArray(inputs)) return { count: inputs.length, rowAt: (index) => inputs[index] }
  if (!isRecord(inputs)) return undefined
  if (isFrame(inputs)) return rowsOfFrame(inputs, table)
  if (isRecord(inputs.data)) return rowsOfTable(inputs.data, { param: 'inputs.data', table })
  const values = Object.values(inputs)
  return values.length > 0 && values.every(Array.isArray) ? rowsOfTable(inputs, { param: 'inputs', table }) : undefined
}

interface Frame {
  columns: readonly unknown[]
  data: readonly unknown[]
}

/** A table that has columns named "columns" and "data" does not contain lists in them. */
const isFrame = (inputs: object): inputs is Frame => {
  const { columns, data } = inputs as Partial<Frame>
  return Array.isArray(columns) && Array.isArray(data) && data.every(Array.isArray)
}

/** If the model does not name its columns, they are taken in order. */
function rowsOfFrame({ columns, data }: Frame, table: TableShape): GivenRows {
  if (columns.length > table.width)
    throw errors.invalidInput(`"inputs" has ${columns.length} columns; the model takes ${expected(table)}.`, 'inputs')
  if (table.columns === undefined) return { count: data.length, rowAt: (index) => data[index] }
  const named = (row: readonly unknown[]) => Object.fromEntries(columns.map((name, at) => [String(name), row[at]]))
  return { count: data.length, rowAt: (index) => named(data[index] as readonly unknown[]) }
}

/** Checks the size before it creates any row. */
function rowsOfTable(data: Record<string, unknown>, { param, table }: OfTable): GivenRows {
  const columns = Object.entries(data)
  const [, first] = columns[0] ?? []
  const length = Array.isArray(first) ? first.length : 0
  assertRowCount(length)
  if (columns.length > table.width)
    throw errors.invalidInput(`"${param}" has ${columns.length} columns; the model takes ${expected(table)}.`, param)
  for (const [name, values] of columns)
    if (!Array.isArray(values) || values.length !== length)
      throw errors.invalidInput(`"${param}" must hold lists of the same length; "${name}" differs.`, `${param}.${name}`)
  const rowAt = (row: number) => Object.fromEntries(columns.map(([name, values]) => [name, (values as unknown[])[row]]))
  return { count: length, rowAt }
}

interface OfTable {
  param: string
  table: TableShape
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Describes the model's columns: all names, or the count with the name most similar to the given one if there are many.
 */
function expected(table: TableShape, given?: string): string {
  const { width, columns } = table
  if (columns === undefined) return `${width} ${cells(table)}`
  if (columns.length <= 12) return `${width}: ${columns.join(', ')}`
  const near = given && nearestName({ name: given, known: columns, editsMax: Math.max(1, given.length / 3) })
  return `${width} ${cells(table)}${near ? `, one of them "${near}"` : ''}`
}

function cells({ width, types = [] }: Omit<TableShape, 'columns'>): string {
  const texts = types.filter((type) => type === 'string').length
  const kind = texts === 0 ? 'number' : texts === width ? 'text' : 'value'
  return width === 1 ? kind : `${kind}s`
}

function example({ width, types = [] }: TableShape): string {
  const values = Array.from({ length: Math.min(width, 4) }, (_, column) =>
    types[column] === 'string' ? '"a text"' : '0.0',
  )
  return `[[${values.join(', ')}${width > 4 ? ', …' : ''}]]`
}
