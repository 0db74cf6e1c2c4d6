import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../../tasks/limits.ts'

interface SplitFrame {
  columns: string[] | undefined
  data: unknown[][]
}

/** A pandas frame with `orient="split"`, ignoring its index. @throws AppError `invalid_request` */
export function readSplit(frame: unknown): SplitFrame {
  const { columns: given = undefined, data = undefined } = isRecord(frame) ? frame : {}
  const columns = given === undefined ? undefined : namesOf(given)
  if (!isRows(data) || columns === 'none')
    throw errors.invalidRequest(
      '"dataframe_split" must be {"columns": ["name", …], "data": [[value, …], …]}, as DataFrame.to_dict("split") makes it.',
      'dataframe_split',
    )
  assertFew(data, 'dataframe_split.data')
  const ragged = data.findIndex((row) => columns !== undefined && row.length !== columns.length)
  if (ragged >= 0)
    throw errors.invalidRequest(
      `"dataframe_split.data[${ragged}]" has ${data[ragged]?.length} values for ${columns?.length} columns.`,
      'dataframe_split',
    )
  return { columns, data }
}

/** A pandas frame with `orient="records"`. @throws AppError `invalid_request` */
export function readRecords(records: unknown, param: string): Record<string, unknown>[] {
  if (!Array.isArray(records) || !records.every(isRecord))
    throw errors.invalidRequest(`"${param}" must be a list of objects, each with its values by column.`, param)
  assertFew(records, param)
  return records
}

/** The values of a frame's only column. @throws AppError `invalid_request` */
export function onlyColumn(rows: readonly (readonly unknown[])[], param: string): unknown[] {
  if (rows.every(({ length }) => length === 1)) return rows.map(([value]) => value)
  throw errors.invalidRequest(`"${param}" must have one column, the input of this model.`, param)
}

function assertFew({ length }: readonly unknown[], param: string): void {
  if (length <= inputsMax) return
  throw errors.invalidRequest(`"${param}" has ${length} rows; the limit is ${inputsMax} rows per request.`, param)
}

const isRows = (value: unknown): value is unknown[][] => Array.isArray(value) && value.every(Array.isArray)

/** Columns that pandas counts from 0 have no names. */
function namesOf(columns: unknown): string[] | undefined | 'none' {
  if (!Array.isArray(columns) || !columns.every((one) => typeof one === 'string' || typeof one === 'number'))
    return 'none'
  if (columns.length > 0 && columns.every((one, at) => one === at)) return undefined
  return new Set(columns).size === columns.length ? columns.map(String) : 'none'
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
