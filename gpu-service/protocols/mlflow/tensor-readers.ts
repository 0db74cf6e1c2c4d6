import { errors } from '../../../shared/errors.ts'
import { isRecord, readRecords, readSplit } from './data-frame.ts'
import type { Readers } from './scoring-formats.ts'

/** For graphs called by input names; those are optional with a single input. */
export function tensorReaders(names: readonly string[]): Readers {
  const [only] = names.length === 1 ? names : []
  const named = (value: unknown) => (only !== undefined && !isRecord(value) ? { [only]: value } : value)
  const known = (columns: readonly string[], param: string) => {
    const unknown = columns.find((column) => !names.includes(column))
    if (unknown === undefined) return columns
    throw errors.invalidRequest(`"${param}" has a column "${unknown}"; the model takes ${names.join(', ')}.`, param)
  }
  /** Each value in a list of its own, as MLflow passes a frame's column to a graph. */
  const byColumn = (columns: readonly string[], rows: readonly unknown[][]) =>
    Object.fromEntries(columns.map((name, at) => [name, rows.map((row) => [row[at]])]))
  const valuesOf = (record: Record<string, unknown>, columns: readonly string[], param: string) =>
    columns.map((name) => {
      if (Object.hasOwn(record, name)) return record[name]
      throw errors.invalidRequest(`"${param}" has a row without the column "${name}".`, param)
    })
  return {
    inputs: named,
    instances(list) {
      if (!Array.isArray(list) || !list.every(isRecord)) return named(list)
      const columns = known(Object.keys(list[0] ?? {}), 'instances')
      const rows = readRecords(list, 'instances').map((record) => valuesOf(record, columns, 'instances'))
      return Object.fromEntries(columns.map((name, at) => [name, rows.map((row) => row[at])]))
    },
    dataframe_split(frame) {
      const { columns, data } = readSplit(frame)
      if (only !== undefined || columns === undefined) return named(data)
      return byColumn(known(columns, 'dataframe_split'), data)
    },
    dataframe_records(given) {
      const records = readRecords(given, 'dataframe_records')
      const [first = {}] = records
      const columns = only === undefined ? known(Object.keys(first), 'dataframe_records') : Object.keys(first)
      const ragged = records.some((record) => Object.keys(record).length !== columns.length)
      if (ragged)
        throw errors.invalidRequest('"dataframe_records" must have the same columns in every row.', 'dataframe_records')
      const rows = records.map((record) => valuesOf(record, columns, 'dataframe_records'))
      return only === undefined ? byColumn(columns, rows) : named(rows)
    },
  }
}
