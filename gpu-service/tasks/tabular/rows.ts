import { errors } from '../../../shared/errors.ts'
import { mapInSlices } from '../../yield-turn.ts'
import { type Cell, readCell } from './read-cell.ts'
import { assertRowCount, isRecord, rowsGiven } from './table-formats.ts'
import { cells, example, expected, type TableShape } from './table-shape.ts'

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
