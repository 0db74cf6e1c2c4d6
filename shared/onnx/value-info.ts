import type { TensorSignature } from '../contract/repo.ts'
import type { ByteReader } from './byte-reader.ts'
import { type Field, inside, text } from './protobuf.ts'

/** Field numbers of onnx.proto3 (github.com/onnx/onnx, `onnx/onnx.proto3`). */
const valueInfo = { name: 1, type: 2 }
const typeProto = { tensor: 1, sequence: 4, map: 5 }
const tensorType = { elementType: 1, shape: 2 }
const dimension = { value: 1, name: 2 }
const elementTypes = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
]

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
