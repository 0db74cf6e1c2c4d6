import type { TensorSignature } from '../contract/repo.ts'
import type { ByteReader } from './byte-reader.ts'
import { elementTypes, onnxProto } from './onnx-proto.ts'
import { type Field, inside, text } from './protobuf.ts'

const { valueInfo, type: typeProto, tensorType, dimension } = onnxProto
const dimensionsMax = 64

export async function readValueInfo(reader: ByteReader, field: Field): Promise<TensorSignature> {
  const signature: TensorSignature = { name: '', type: 'unknown' }
  for await (const inner of inside(reader, field)) {
    if (inner.number === valueInfo.name) signature.name = await text(reader, inner)
    else if (inner.number === valueInfo.type) Object.assign(signature, await readType(reader, inner))
  }
  return signature
}

async function readType(reader: ByteReader, field: Field): Promise<Pick<TensorSignature, 'type' | 'shape'>> {
  for await (const inner of inside(reader, field)) {
    if (inner.number === typeProto.sequence) return { type: 'sequence' }
    if (inner.number === typeProto.map) return { type: 'map' }
    if (inner.number === typeProto.tensor) return readTensorType(reader, inner)
  }
  return { type: 'unknown' }
}

async function readTensorType(reader: ByteReader, field: Field): Promise<Pick<TensorSignature, 'type' | 'shape'>> {
  let type = 'unknown'
  let shape: (number | string)[] | undefined
  for await (const inner of inside(reader, field)) {
    if (inner.number === tensorType.elementType && inner.kind === 'number')
      type = elementTypes[inner.value] ?? 'unknown'
    else if (inner.number === tensorType.shape) {
      shape = []
      for await (const size of inside(reader, inner)) {
        if (shape.length === dimensionsMax) throw new RangeError(`a tensor has more than ${dimensionsMax} dimensions`)
        shape.push(await readDimension(reader, size))
      }
    }
  }
  return shape === undefined ? { type } : { type, shape }
}

async function readDimension(reader: ByteReader, field: Field): Promise<number | string> {
  for await (const inner of inside(reader, field)) {
    if (inner.number === dimension.value && inner.kind === 'number')
      return Number.isSafeInteger(inner.value) ? inner.value : -1
    if (inner.number === dimension.name) return text(reader, inner)
  }
  return -1
}
