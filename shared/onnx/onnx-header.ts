import type { OnnxMetadata, TensorSignature } from '../contract/repo.ts'
import type { ByteReader } from './byte-reader.ts'
import { type Field, fields, text } from './protobuf.ts'

/** Field numbers of onnx.proto3 (github.com/onnx/onnx, `onnx/onnx.proto3`). */
const model = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 }
const graph = { node: 1, initializer: 5, input: 11, output: 12 }
const nodeProto = { operator: 4 }
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

const signaturesMax = 1000
const dimensionsMax = 64
const opsetsMax = 100
const operatorsMax = 1000

export interface OnnxHeader extends Omit<OnnxMetadata, 'path' | 'fault'> {
  /** The kinds of its nodes. */
  operators: Set<string>
}

/** What an ONNX file takes and gives, read from its outline. @throws RangeError where it is no ONNX model. */
export async function readOnnxHeader(reader: ByteReader): Promise<OnnxHeader> {
  const header: OnnxHeader = { inputs: [], outputs: [], opset: {}, operators: new Set() }
  let irVersion = 0
  let hasGraph = false
  for await (const field of fields(reader, reader.sizeBytes)) {
    if (field.number === model.irVersion && field.kind === 'number') irVersion = field.value
    else if (field.number === model.producerName) header.producer = await text(reader, field)
    else if (field.number === model.opsetImport && Object.keys(header.opset).length < opsetsMax)
      Object.assign(header.opset, await readOpset(reader, field))
    else if (field.number === model.graph && field.kind === 'bytes') {
      hasGraph = true
      reader.position = field.start
      Object.assign(header, await readGraph(reader, field.end))
    }
  }
  if (!hasGraph || irVersion <= 0) throw new RangeError('it holds no ONNX graph')
  return header
}

async function readGraph(reader: ByteReader, end: number) {
  const inputs: TensorSignature[] = []
  const outputs: TensorSignature[] = []
  const initializers = new Set<string>()
  const operators = new Set<string>()
  for await (const field of fields(reader, end)) {
    if (inputs.length + outputs.length > signaturesMax)
      throw new RangeError(`it has more than ${signaturesMax} inputs and outputs`)
    if (field.number === graph.input) inputs.push(await readValueInfo(reader, field))
    else if (field.number === graph.output) outputs.push(await readValueInfo(reader, field))
    else if (field.number === graph.initializer) initializers.add(await readName(reader, field, 8))
    else if (field.number === graph.node && operators.size < operatorsMax)
      operators.add(await readName(reader, field, nodeProto.operator))
  }
  // Old exporters list weights among the inputs.
  return { inputs: inputs.filter(({ name }) => !initializers.has(name)), outputs, operators }
}

async function readOpset(reader: ByteReader, field: Field): Promise<Record<string, number>> {
  let domain = ''
  let version = 0
  for await (const inner of inside(reader, field)) {
    if (inner.number === 1) domain = await text(reader, inner)
    else if (inner.number === 2 && inner.kind === 'number' && Number.isSafeInteger(inner.value)) version = inner.value
  }
  return { [domain === '' ? 'ai.onnx' : domain]: version }
}

async function readName(reader: ByteReader, field: Field, number: number): Promise<string> {
  for await (const inner of inside(reader, field)) if (inner.number === number) return text(reader, inner)
  return ''
}

async function readValueInfo(reader: ByteReader, field: Field): Promise<TensorSignature> {
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

async function* inside(reader: ByteReader, field: Field): AsyncGenerator<Field> {
  if (field.kind !== 'bytes') throw new RangeError('a message is missing where one is due')
  reader.position = field.start
  yield* fields(reader, field.end)
}
