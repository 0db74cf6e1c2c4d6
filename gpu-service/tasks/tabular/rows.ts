import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'
import type { CellType } from './tabular-graph.ts'

/**
 * Reads `inputs` into rows of numbers and texts: a list of rows, each a list of numbers or an object by column name, or
 * a table `{column: [values]}`, also as Hugging Face wraps it in `{data: …}`. @throws AppError `invalid_input` naming the place.
 */
export function readRows(inputs: unknown, table: TableShape): Cell[][] {
  const given = rowsGiven(inputs)
  if (!Array.isArray(given))
    throw errors.invalidInput(
      `"inputs" must be a list of rows, such as ${example(table)}, or a table of columns: {"data": {"column": [0.0, …], …}}.`,
      'inputs',
    )
  if (given.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one row.', 'inputs')
  if (given.length > inputsMax)
    throw errors.invalidInput(
      `"inputs" has ${given.length} rows; the limit is ${inputsMax} rows per request.`,
      'inputs',
    )
  return given.map((row, index) => readRow(row, `inputs[${index}]`, table))
}

export type Cell = number | string

export interface TableShape {
  width: number
  columns: readonly string[] | undefined
  /** The type of each column, where they are not all float32. */
  types?: readonly CellType[]
  /** Whether the model fills in what a row does not say. */
  takesMissing?: boolean
}

function readRow(row: unknown, param: string, table: TableShape): Cell[] {
  if (isRecord(row)) return readNamed(row, param, table)
  if (!Array.isArray(row))
    throw errors.invalidInput(`"${param}" must be a row of ${table.width} numbers, such as ${example(table)}.`, param)
  if (row.length !== table.width)
    throw errors.invalidInput(`"${param}" has ${row.length} values; the model takes ${expected(table)}.`, param)
  return row.map((value, column) => readCell({ value, param: `${param}[${column}]`, table, column }))
}

function readNamed(row: Record<string, unknown>, param: string, table: TableShape): Cell[] {
  const { columns } = table
  if (columns === undefined)
    throw errors.invalidInput(
      `"${param}" is an object, but the model does not name its columns; send ${table.width} numbers.`,
      param,
    )
  const unknown = Object.keys(row).find((name) => !columns.includes(name))
  if (unknown !== undefined)
    throw errors.invalidInput(`"${param}" has a column "${unknown}"; the model takes ${expected(table)}.`, param)
  return columns.map((name, column) => {
    if (!Object.hasOwn(row, name))
      throw errors.invalidInput(`"${param}" has no column "${name}"; the model takes ${expected(table)}.`, param)
    return readCell({ value: row[name], param: `${param}.${name}`, table, column })
  })
}

/**
 * JSON has no NaN, so null is the value that is missing, for a model that fills such in. Hugging Face's clients send the
 * numbers of a table as texts ("7.4"), as they come out of a CSV file.
 */
function readCell({ value: given, param, table: { types, takesMissing = false }, column }: ReadCell): Cell {
  const type = types?.[column] ?? 'float32'
  if (given === null && takesMissing && type !== 'int64' && type !== 'string') return Number.NaN
  if (given === null)
    throw errors.invalidInput(`"${param}" is null; the model does not fill in missing values of this column.`, param)
  if (type === 'string') {
    if (typeof given === 'string') return given
    throw errors.invalidInput(`"${param}" is ${describe(given)}; this column holds texts.`, param)
  }
  const value = typeof given === 'string' && jsonNumber.test(given) ? Number(given) : given
  if (typeof value !== 'number')
    throw errors.invalidInput(`"${param}" is ${describe(value)}; every value must be a number.`, param)
  if (type === 'int64' && !Number.isSafeInteger(value))
    throw errors.invalidInput(`"${param}" is ${value}; this column holds whole numbers.`, param)
  if (type === 'float32' && !Number.isFinite(Math.fround(value)))
    throw errors.invalidInput(`"${param}" is too large for a 32-bit float.`, param)
  if (!Number.isFinite(value)) throw errors.invalidInput(`"${param}" is too large for a number.`, param)
  return value
}

/** What would be a number without its quotes, and nothing else: a blank or "NaN" is no number that somebody meant. */
const jsonNumber = /^-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/

interface ReadCell {
  value: unknown
  param: string
  table: TableShape
  column: number
}

function rowsGiven(inputs: unknown): unknown {
  if (!isRecord(inputs)) return inputs
  if (isRecord(inputs.data)) return rowsOfTable(inputs.data, 'inputs.data')
  const values = Object.values(inputs)
  return values.length > 0 && values.every(Array.isArray) ? rowsOfTable(inputs, 'inputs') : inputs
}

function rowsOfTable(data: Record<string, unknown>, param: string): Record<string, unknown>[] {
  const columns = Object.entries(data)
  const [, first] = columns[0] ?? []
  const length = Array.isArray(first) ? first.length : 0
  for (const [name, values] of columns)
    if (!Array.isArray(values) || values.length !== length)
      throw errors.invalidInput(`"${param}" must hold lists of one length; "${name}" differs.`, `${param}.${name}`)
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(columns.map(([name, values]) => [name, (values as unknown[])[row]])),
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const describe = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'string'
        ? 'a text that is no number'
        : `a ${typeof value}`

const expected = ({ width, columns }: TableShape): string =>
  columns !== undefined && columns.length <= 12 ? `${width}: ${columns.join(', ')}` : `${width} numbers`

const example = ({ width }: TableShape): string =>
  `[[${Array.from({ length: Math.min(width, 4) }, () => '0.0').join(', ')}${width > 4 ? ', …' : ''}]]`
