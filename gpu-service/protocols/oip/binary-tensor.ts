import { errors } from '../../../shared/errors.ts'
import type { Tensor, TensorData, TensorType } from '../../engine/engine.ts'
import { arrays } from '../../engine/tensor-types.ts'

/** Elements as raw bytes: little-endian, row after row, a text as its length and its UTF-8. @throws AppError `invalid_input` */
export function readBinary({ bytes, type, count, param }: ReadBinary): TensorData {
  if (type === 'string') return readTexts(bytes, count, param)
  const { BYTES_PER_ELEMENT: size } = arrays[type]
  if (bytes.byteLength !== count * size)
    throw errors.invalidInput(
      `"${param}" has ${bytes.byteLength} bytes; its shape and datatype need ${count * size}.`,
      param,
    )
  // A copy, because a view would have to begin at a multiple of its elements' size.
  const copy = new Uint8Array(bytes)
  if (type === 'bool') for (let at = 0; at < copy.length; at++) if (copy[at] !== 0) copy[at] = 1
  return new arrays[type](copy.buffer, 0, count)
}

interface ReadBinary {
  bytes: Uint8Array
  type: TensorType
  count: number
  param: string
}

function readTexts(bytes: Uint8Array, count: number, param: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const texts: string[] = []
  let at = 0
  while (at < bytes.byteLength) {
    const length = at + 4 <= bytes.byteLength ? view.getUint32(at, true) : Number.POSITIVE_INFINITY
    if (at + 4 + length > bytes.byteLength)
      throw errors.invalidInput(`"${param}" ends in the middle of its text ${texts.length}.`, param)
    if (texts.length === count) break
    try {
      texts.push(decoder.decode(bytes.subarray(at + 4, at + 4 + length)))
    } catch {
      throw errors.invalidInput(`The text ${texts.length} of "${param}" is not valid UTF-8.`, param)
    }
    at += 4 + length
  }
  if (texts.length !== count || at !== bytes.byteLength)
    throw errors.invalidInput(`"${param}" does not hold the ${count} texts of its shape.`, param)
  return texts
}

export function writeBinary({ data }: Tensor): Buffer {
  if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.concat(
    data.flatMap((text) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
}
