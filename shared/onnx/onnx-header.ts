import type { OnnxMetadata } from '../contract/repo.ts'
import type { ByteReader } from './byte-reader.ts'
import { readEntry } from './entry.ts'
import { type OnnxGraph, readGraph } from './graph.ts'
import { onnxProto } from './onnx-proto.ts'
import { type Field, fields, inside, text } from './protobuf.ts'

const { model, opset: operatorSet } = onnxProto

const opsetsMax = 100
const propertiesMax = 50

export interface OnnxHeader extends Omit<OnnxMetadata, 'path' | 'fault'> {
  /** The types of its nodes. */
  operators: Set<string>
}

/** The inputs and outputs of an ONNX file, without reading its weights. @throws RangeError for an invalid model */
export async function readOnnxHeader(reader: ByteReader): Promise<OnnxHeader> {
  const opset = new Map<string, number>()
  const properties = new Map<string, string>()
  const said: { irVersion: number; producer?: string; producerVersion?: string } = { irVersion: 0 }
  let graph: OnnxGraph | undefined
  for await (const field of fields(reader, reader.sizeBytes)) {
    if (field.number === model.irVersion && field.kind === 'number') said.irVersion = field.value
    else if (field.number === model.producerName) said.producer = await text(reader, field)
    else if (field.number === model.producerVersion) said.producerVersion = await text(reader, field)
    else if (field.number === model.opsetImport && opset.size < opsetsMax)
      opset.set(...(await readOpset(reader, field)))
    else if (field.number === model.properties && properties.size < propertiesMax)
      properties.set(...(await readEntry(reader, field)))
    else if (field.number === model.graph && field.kind === 'bytes') graph = await readGraph(reader, field)
  }
  if (graph === undefined || said.irVersion <= 0 || !Number.isSafeInteger(said.irVersion))
    throw new RangeError('it contains no ONNX graph')
  const { externalData, ...signature } = graph
  properties.delete('')
  return {
    ...signature,
    ...said,
    opset: Object.fromEntries(opset),
    ...(properties.size > 0 && { properties: Object.fromEntries(properties) }),
    ...(externalData.size > 0 && { externalData: [...externalData] }),
  }
}

async function readOpset(reader: ByteReader, field: Field): Promise<[string, number]> {
  let domain = ''
  let version = 0
  for await (const inner of inside(reader, field)) {
    if (inner.number === operatorSet.domain) domain = await text(reader, inner)
    else if (inner.number === operatorSet.version && inner.kind === 'number' && Number.isSafeInteger(inner.value))
      version = inner.value
  }
  return [domain === '' ? 'ai.onnx' : domain, version]
}
