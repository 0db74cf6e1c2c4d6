import type { ByteReader } from '../../shared/onnx/byte-reader.ts'
import { elementType, onnxProto } from '../../shared/onnx/onnx-proto.ts'
import { type Field, fields, inside, text, textIn } from '../../shared/onnx/protobuf.ts'
import { readOnnxFile } from './read-onnx-file.ts'

const { model, graph, tensor } = onnxProto
const integerBytes: Record<number, number> = { [elementType('int32')]: 4, [elementType('int64')]: 8 }

const valuesMax = 65_536
const bytesMax = 10 * valuesMax

/** The named constants of an ONNX file that are lists of integers or texts, as texts. */
export async function findConstants(path: string, names: ReadonlySet<string>): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  if (names.size === 0) return found
  return readOnnxFile(path, async (reader) => {
    for await (const field of fields(reader, reader.sizeBytes)) {
      if (field.number !== model.graph) continue
      for await (const inner of inside(reader, field)) {
        if (inner.number !== graph.initializer) continue
        const name = await textIn(reader, inner, tensor.name)
        if (names.has(name)) found.set(name, await readValues(reader, inner))
      }
    }
    return found
  })
}

async function readValues(reader: ByteReader, field: Field): Promise<string[]> {
  const values: string[] = []
  let type = 0
  let raw: Buffer = Buffer.alloc(0)
  for await (const inner of inside(reader, field)) {
    if (values.length > valuesMax) return []
    const isList = inner.number === tensor.int32s || inner.number === tensor.int64s
    if (inner.number === tensor.strings) values.push(await text(reader, inner))
    else if (isList && inner.kind === 'number') values.push(String(inner.value))
    else if (isList) values.push(...varints(await bytesOf(reader, inner)))
    else if (inner.number === tensor.rawData) raw = await bytesOf(reader, inner)
    else if (inner.number === tensor.type && inner.kind === 'number') type = inner.value
  }
  return values.length > 0 ? values : rawNumbers(raw, integerBytes[type])
}

async function bytesOf(reader: ByteReader, field: Field): Promise<Buffer> {
  if (field.kind !== 'bytes' || field.end - field.start > bytesMax) return Buffer.alloc(0)
  reader.position = field.start
  return Buffer.from(await reader.take(field.end - field.start))
}

function rawNumbers(raw: Buffer, width: number | undefined): string[] {
  if (width === undefined) return []
  const numberAt = (at: number) => (width === 8 ? raw.readBigInt64LE(at) : raw.readInt32LE(at))
  return Array.from({ length: Math.floor(raw.length / width) }, (_, index) => String(numberAt(index * width)))
}

function varints(packed: Buffer): string[] {
  const values: string[] = []
  let [value, shift] = [0n, 0n]
  for (const byte of packed) {
    // A varint has at most ten bytes; an endless one would grow for minutes.
    if (shift > 63n) return []
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) continue
    values.push(String(BigInt.asIntN(64, value)))
    ;[value, shift] = [0n, 0n]
  }
  return values
}
