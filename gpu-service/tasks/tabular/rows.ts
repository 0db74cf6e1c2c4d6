import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'

/**
 * Reads `inputs` into rows of numbers: a list of rows, each a list of numbers or an object by column name, or
 * `{data: {column: [values]}}` as Hugging Face writes a table. @throws AppError `invalid_input` naming the place.
 */
export function readRows(inputs: unknown, table: TableShape): number[][] {
  const given = isRecord(inputs) && isRecord(inputs.data) ? rowsOfTable(inputs.data) : inputs
  if (!Array.isArray(given))
    throw errors.invalidInput(`"inputs" must be a list of rows, such as ${example(table)}.`, 'inputs')
  if (given.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one row.', 'inputs')
  if (given.length > inputsMax)
    throw errors.invalidInput(
      `"inputs" has ${given.length} rows; the limit is ${inputsMax} rows per request.`,
      'inputs',
    )
  return given.map((row, index) => readRow(row, `inputs[${index}]`, table))
}

export interface TableShape {
  width: number
  columns: readonly string[] | undefined
}

function readRow(row: unknown, param: string, table: TableShape): number[] {
  if (isRecord(row)) return readNamed(row, param, table)
  if (!Array.isArray(row))
    throw errors.invalidInput(`"${param}" must be a row of ${table.width} numbers, such as ${example(table)}.`, param)
  if (row.length !== table.width)
    throw errors.invalidInput(`"${param}" has ${row.length} values; the model takes ${expected(table)}.`, param)
  return row.map((value, column) => readNumber(value, `${param}[${column}]`))
}

function readNamed(row: Record<string, unknown>, param: string, table: TableShape): number[] {
  const { columns } = table
  if (columns === undefined)
    throw errors.invalidInput(
      `"${param}" is an object, but the model does not name its columns; send ${table.width} numbers.`,
      param,
    )
  const unknown = Object.keys(row).find((name) => !columns.includes(name))
  if (unknown !== undefined)
    throw errors.invalidInput(`"${param}" has a column "${unknown}"; the model takes ${expected(table)}.`, param)
  return columns.map((name) => {
    if (!Object.hasOwn(row, name))
      throw errors.invalidInput(`"${param}" has no column "${name}"; the model takes ${expected(table)}.`, param)
    return readNumber(row[name], `${param}.${name}`)
  })
}

function readNumber(value: unknown, param: string): number {
  if (typeof value !== 'number')
    throw errors.invalidInput(`"${param}" is ${describe(value)}; every value must be a number.`, param)
  if (!Number.isFinite(Math.fround(value)))
    throw errors.invalidInput(`"${param}" is too large for a 32-bit float.`, param)
  return value
}

function rowsOfTable(data: Record<string, unknown>): Record<string, unknown>[] {
  const columns = Object.entries(data)
  const [, first] = columns[0] ?? []
  const length = Array.isArray(first) ? first.length : 0
  for (const [name, values] of columns)
    if (!Array.isArray(values) || values.length !== length)
      throw errors.invalidInput(
        `"inputs.data" must hold lists of one length; "${name}" differs.`,
        `inputs.data.${name}`,
      )
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(columns.map(([name, values]) => [name, (values as unknown[])[row]])),
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const describe = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'a text' : `a ${typeof value}`

const expected = ({ width, columns }: TableShape): string =>
  columns !== undefined && columns.length <= 12 ? `${width}: ${columns.join(', ')}` : `${width} numbers`

const example = ({ width }: TableShape): string =>
  `[[${Array.from({ length: Math.min(width, 4) }, () => '0.0').join(', ')}${width > 4 ? ', …' : ''}]]`
