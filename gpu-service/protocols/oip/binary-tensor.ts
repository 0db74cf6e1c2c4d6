import { errors } from '../../../shared/errors.ts'
import type { Tensor, TensorData, TensorType } from '../../engine/engine.ts'
import { packTexts, unpackTexts } from '../../engine/packed-texts.ts'
import { arrays } from '../../engine/tensor-types.ts'
import type { YieldTurn } from '../../yield-turn.ts'
import { joinBytes } from './join-bytes.ts'

/**
 * Reads elements from raw little-endian bytes in row order; a text is its length and its UTF-8. @throws AppError
 * `invalid_input`
 */
export async function readBinary({ bytes, type, count, param, yieldTurn }: ReadBinary): Promise<TensorData> {
  const fault = (what: string) => errors.invalidInput(`The bytes of "${param}" ${what}.`, param)
  if (type === 'string') return unpackTexts({ bytes, count, yieldTurn, fault })
  const { BYTES_PER_ELEMENT: size } = arrays[type]
  if (bytes.byteLength !== count * size)
    throw errors.invalidInput(
      `"${param}" has ${bytes.byteLength} bytes; its shape and datatype need ${count * size}.`,
      param,
    )
  // A copy, because a view would have to be aligned to its elements.
  const copy = await joinBytes([bytes], yieldTurn)
  if (type === 'bool') await makeBools(copy, yieldTurn)
  return new arrays[type](copy.buffer, 0, count)
}

interface ReadBinary {
  bytes: Uint8Array
  type: TensorType
  count: number
  param: string
  yieldTurn: YieldTurn
}

const sliceBytes = 1024 * 1024

async function makeBools(bytes: Uint8Array, yieldTurn: YieldTurn): Promise<void> {
  for (let from = 0; from < bytes.length; from += sliceBytes) {
    const to = Math.min(from + sliceBytes, bytes.length)
    for (let at = from; at < to; at++) if (bytes[at] !== 0) bytes[at] = 1
    await yieldTurn()
  }
}

/** The inverse of `readBinary`; numbers are a view of the tensor's memory. */
export async function writeBinary({ data }: Tensor, yieldTurn: YieldTurn): Promise<Uint8Array> {
  if (Array.isArray(data)) return packTexts({ texts: data, yieldTurn })
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
