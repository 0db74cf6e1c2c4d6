import type { ByteReader } from './byte-reader.ts'
import { onnxProto } from './onnx-proto.ts'
import { type Field, inside, text } from './protobuf.ts'

const { entry } = onnxProto

/** The key and the value of a StringStringEntryProto. */
export async function readEntry(reader: ByteReader, field: Field): Promise<[key: string, value: string]> {
  let [key, value] = ['', '']
  for await (const inner of inside(reader, field)) {
    if (inner.number === entry.key) key = await text(reader, inner)
    else if (inner.number === entry.value) value = await text(reader, inner)
  }
  return [key, value]
}
