import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'
import { expected, type TableShape } from './table-shape.ts'

/** @throws AppError `invalid_input` if there are too many */
export function assertRowCount(count: number): void {
  if (count > inputsMax)
    throw errors.invalidInput(`"inputs" has ${count} rows; the limit is ${inputsMax} rows per request.`, 'inputs')
}

/** Rows created one by one, because creating those of a whole table at once would take long. */
interface GivenRows {
  count: number
  rowAt(index: number): unknown
}

/** The rows of a list, a table of columns or a frame; `undefined` for anything else. */
export function rowsGiven(inputs: unknown, table: TableShape): GivenRows | undefined {
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

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
