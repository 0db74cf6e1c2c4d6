import { errors, messageOf } from '../../../shared/errors.ts'
import type { TensorData, TensorType } from '../../engine/engine.ts'
import { createFiller } from '../../tasks/tensors/read-values.ts'
import { type YieldTurn, yieldTurnFor } from '../../yield-turn.ts'
import type { ScannedData } from './data-scanner.ts'
import { flatList } from './flat-list.ts'
import { readLongText } from './long-text.ts'

/** A piece is cut at the first comma behind a few of thousands of bytes; a longer one has a long text. */
const pieceMaxBytes = 256 * 1024

/** Parses elements from JSON, piece by piece. @throws AppError `invalid_json`, `invalid_input` */
export async function readElements({ scanned, type, shape, count, param, signal }: ReadElements): Promise<TensorData> {
  const { dims, pieces, bytes } = scanned
  // Data may be flat; if it is nested, the nesting must match the shape.
  if (dims.length > 1 && (dims.length !== shape.length || dims.some((size, axis) => size !== shape[axis])))
    throw errors.invalidInput(
      `"${param}" is nested as [${dims.join(', ')}]; its shape is [${shape.join(', ')}].`,
      param,
    )
  const filler = createFiller({ type, length: count, param })
  if (count === 0 && dims.includes(0)) return filler.data
  const yieldTurn = yieldTurnFor(signal)
  for (const { from, to } of pieces) {
    const piece = bytes.subarray(from, to)
    const isAll = pieces.length === 1
    const flat = (bytes: Uint8Array) => (dims.length > 1 ? flatList(bytes) : bytes)
    const values =
      piece.byteLength > pieceMaxBytes
        ? await longValues({ piece, flat, type, param, yieldTurn })
        : valuesOf(decode(flat(piece)), type, isAll)
    for (const value of values) filler.add(value)
    if (filler.count > count) break
    await yieldTurn()
  }
  if (filler.count !== count)
    throw errors.invalidInput(
      `"${param}" has ${filler.count > count ? 'more' : filler.count} elements; its shape [${shape.join(', ')}] has ${count}.`,
      param,
    )
  return filler.data
}

interface ReadElements {
  scanned: ScannedData
  type: TensorType
  shape: readonly number[]
  count: number
  param: string
  signal: AbortSignal
}

/** Parses the long text of a piece by itself, in slices, and then what is around it. */
async function longValues({ piece, flat, type, param, yieldTurn }: LongValues): Promise<unknown[]> {
  const parse = (quoted: Uint8Array) => String(valuesOf(decode(quoted), type, false)[0])
  const long = await readLongText({ bytes: piece, parse, yieldTurn })
  const { from = 0, to = 0, text } = long ?? {}
  if (text === undefined || piece.byteLength - (to - from) > pieceMaxBytes)
    throw errors.invalidInput(`"${param}" has more than ${pieceMaxBytes} bytes in one place that are no text.`, param)
  const [before, behind] = [piece.subarray(0, from), piece.subarray(to)].map((part) => decode(flat(part)))
  const values = valuesOf(`${before}null${behind}`, type, false)
  const count = valuesOf(`${before}null`, type, false).length
  values[count - 1] = text
  return values
}

interface LongValues extends Pick<ReadElements, 'type' | 'param'> {
  piece: Uint8Array
  flat: (bytes: Uint8Array) => Uint8Array
  yieldTurn: YieldTurn
}

function valuesOf(text: string, type: TensorType, isAll: boolean): unknown[] {
  if (isAll && text.trim() === '') return []
  try {
    const values = JSON.parse(`[${text}]`) as unknown[]
    const isWide =
      (type === 'int64' || type === 'uint64') &&
      values.some((one) => Number.isInteger(one) && !Number.isSafeInteger(one))
    // JSON.parse loses the last digits of numbers beyond 2^53.
    return isWide ? text.split(',').map((digits) => wholeOf(digits.trim())) : values
  } catch (error) {
    const reason = /\b-?(?:NaN|Infinity)\b/.test(text)
      ? '"data" holds NaN or Infinity, which JSON cannot express; send the tensor as binary'
      : messageOf(error)
    throw errors.invalidJson(reason.slice(0, 300))
  }
}

const wholeOf = (digits: string): unknown => (/^-?\d{1,20}$/.test(digits) ? BigInt(digits) : Number(digits))

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw errors.invalidJson('"data" is not valid UTF-8')
  }
}
