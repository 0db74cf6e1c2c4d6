import type { ByteReader } from './byte-reader.ts'

/** One field of a protobuf message. `start..end` is the position of a length-delimited value (end exclusive). */
export type Field =
  | { number: number; kind: 'number'; value: number }
  | { number: number; kind: 'bytes'; start: number; end: number }

const fixedBytes: Record<number, number> = { 1: 8, 5: 4 }

/**
 * The fields of the message between the reader's position and `end`, without their content. Wire format:
 * protobuf.dev/programming-guides/encoding. @throws RangeError for an invalid message, or one with too many fields (a
 * file may be millions of empty ones)
 */
export async function* fields(reader: ByteReader, end: number): AsyncGenerator<Field> {
  while (reader.position < end) {
    reader.spend(1)
    const tag = await varint(reader)
    const number = Math.floor(tag / 8)
    const wire = tag % 8
    if (number === 0) throw new RangeError('a field has the number 0')
    if (wire === 0) {
      yield { number, kind: 'number', value: await varint(reader) }
    } else if (wire === 2) {
      const length = await varint(reader)
      const start = reader.position
      if (length < 0 || start + length > end) throw new RangeError('a field is longer than its message')
      yield { number, kind: 'bytes', start, end: start + length }
      reader.position = start + length
    } else {
      const size = fixedBytes[wire]
      if (size === undefined) throw new RangeError(`a field has the unknown wire type ${wire}`)
      await reader.take(size)
    }
  }
}

/** Loses the last digits beyond 2^53, which only negative numbers reach here. */
async function varint(reader: ByteReader): Promise<number> {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const [byte = 0] = await reader.take(1)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return Number(BigInt.asIntN(64, value))
  }
  throw new RangeError('a number is longer than 10 bytes')
}

/** Longer than any name; a file may have millions. */
const textMaxBytes = 1024

/** The text of a length-delimited field; empty where it is too long for a name. */
export async function text(reader: ByteReader, field: Field): Promise<string> {
  if (field.kind !== 'bytes' || field.end - field.start > textMaxBytes) return ''
  reader.position = field.start
  return new TextDecoder().decode(await reader.take(field.end - field.start))
}

/** The fields of the message inside a field. @throws RangeError where it holds none */
export async function* inside(reader: ByteReader, field: Field): AsyncGenerator<Field> {
  if (field.kind !== 'bytes') throw new RangeError('a message is missing')
  reader.position = field.start
  yield* fields(reader, field.end)
}

/** The text of a message's first field with that number, else an empty text; stops reading there. */
export async function textIn(reader: ByteReader, field: Field, number: number): Promise<string> {
  for await (const inner of inside(reader, field)) if (inner.number === number) return text(reader, inner)
  return ''
}
