import { errors } from '../../../shared/errors.ts'
import type { TableShape } from './table-shape.ts'

export type Cell = number | string

/**
 * Reads a cell of a table. Null means a missing value, for a model that imputes those, because JSON has no NaN. Hugging
 * Face's clients send numbers as texts ("7.4"), as read from a CSV file.
 */
export function readCell({ value: given, param, table: { types, takesMissing = false }, column }: ReadCell): Cell {
  const type = types?.[column] ?? 'float32'
  if (given === null && takesMissing && type !== 'int64' && type !== 'string') return Number.NaN
  if (given === null)
    throw errors.invalidInput(`"${param}" is null; the model does not impute missing values of this column.`, param)
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

/** Exactly what is a JSON number without the quotes: a blank or "NaN" is more likely a mistake. */
const jsonNumber = /^-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/

interface ReadCell {
  value: unknown
  param: string
  table: TableShape
  column: number
}

const describe = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'string'
        ? 'a text that is not a number'
        : `a ${typeof value}`
