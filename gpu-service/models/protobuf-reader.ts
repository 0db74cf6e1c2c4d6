import type { ByteWindow } from './byte-window.ts'

/** One field of a protobuf message: a number, or a range of bytes that `source` stands at the start of. */
export interface Field {
  number: number
  value: number
  lengthBytes: number
}

/** Visits the fields of the message that ends at `end`; what a visitor does not read is skipped. */
export async function eachField(source: ByteWindow, end: number, visit: (field: Field) => Promise<void> | void) {
  while (source.position < end) {
    const tag = await varint(source)
    const number = Math.floor(tag / 8)
    const wire = tag % 8
    if (number === 0) throw new Error('it is not a protobuf file')
    const value = wire === 0 || wire === 2 ? await varint(source) : 0
    const lengthBytes = wire === 2 ? value : wire === 1 ? 8 : wire === 5 ? 4 : 0
    if (wire === 3 || wire === 4 || wire > 5) throw new Error('it is not a protobuf file')
    const next = source.position + lengthBytes
    if (next > end) throw new Error('it ends too early')
    await visit({ number, value, lengthBytes })
    source.position = next
  }
}

export const text = async (source: ByteWindow, { lengthBytes }: Field): Promise<string> =>
  (await source.bytes(lengthBytes)).toString()

async function varint(source: ByteWindow): Promise<number> {
  let value = 0
  for (let scale = 1; scale < 2 ** 64; scale *= 128) {
    const byte = await source.byte()
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
  }
  throw new Error('it is not a protobuf file')
}
