import type { ByteReader } from '../../shared/onnx/byte-reader.ts'
import { branching } from '../../shared/onnx/graph.ts'
import { onnxProto } from '../../shared/onnx/onnx-proto.ts'
import { type Field, fields, inside, text, textIn } from '../../shared/onnx/protobuf.ts'
import { readOnnxFile } from './read-onnx-file.ts'

const { model, graph, node, attribute, tensor, sparseTensor, valueInfo } = onnxProto
const depthMax = 16

/** The position of a length-delimited field's content in its file, end exclusive. */
export interface Span {
  start: number
  end: number
}

/** The parts of an ONNX file and their positions, without its weights. */
export interface GraphOutline {
  /** The fields around the graph: versions, opsets, functions. */
  model: ({ number: number } & (Span | { value: number }))[]
  name: Span | undefined
  nodes: { span: Span; inputs: string[]; outputs: string[] }[]
  weights: { field: number; span: Span; name: string }[]
  inputs: { span: Span; name: string }[]
  outputs: { span: Span; name: string }[]
}

/** @throws RangeError if the file is not an ONNX model */
export const readOutline = (path: string): Promise<GraphOutline> => readOnnxFile(path, readGraphOutline)

async function readGraphOutline(reader: ByteReader): Promise<GraphOutline> {
  const outline: GraphOutline = { model: [], name: undefined, nodes: [], weights: [], inputs: [], outputs: [] }
  for await (const field of fields(reader, reader.sizeBytes)) {
    if (field.kind === 'number') outline.model.push({ number: field.number, value: field.value })
    else if (field.number === model.graph) await readParts(reader, field, outline)
    else if (field.number !== model.training) outline.model.push({ number: field.number, ...spanOf(field) })
  }
  return outline
}

async function readParts(reader: ByteReader, graphField: Field, outline: GraphOutline): Promise<void> {
  for await (const field of inside(reader, graphField)) {
    if (field.kind !== 'bytes') continue
    const span = spanOf(field)
    if (field.number === graph.node) outline.nodes.push({ span, ...(await readNode(reader, field, 0)) })
    else if (field.number === graph.name) outline.name = span
    else if (field.number === graph.initializer)
      outline.weights.push({ field: field.number, span, name: await textIn(reader, field, tensor.name) })
    else if (field.number === graph.sparseInitializer)
      outline.weights.push({ field: field.number, span, name: await sparseName(reader, field) })
    else if (field.number === graph.input)
      outline.inputs.push({ span, name: await textIn(reader, field, valueInfo.name) })
    else if (field.number === graph.output)
      outline.outputs.push({ span, name: await textIn(reader, field, valueInfo.name) })
  }
}

/** A node's inputs, including what its subgraphs take from outside. */
async function readNode(reader: ByteReader, field: Field, depth: number) {
  if (depth > depthMax) throw new RangeError('its graphs are nested too deep')
  const found = { inputs: [] as string[], outputs: [] as string[] }
  const attributes: Field[] = []
  let operator = ''
  for await (const inner of inside(reader, field)) {
    if (inner.number === node.operator) operator = await text(reader, inner)
    else if (inner.number === node.input) found.inputs.push(await text(reader, inner))
    else if (inner.number === node.output) found.outputs.push(await text(reader, inner))
    else if (inner.number === node.attribute) attributes.push(inner)
  }
  // Other attributes are skipped, as a forest has millions of numbers in them.
  if (branching.has(operator))
    for (const inner of attributes) found.inputs.push(...(await readBranches(reader, inner, depth)))
  return { inputs: found.inputs.filter(isNamed), outputs: found.outputs.filter(isNamed) }
}

async function readBranches(reader: ByteReader, attributeField: Field, depth: number): Promise<string[]> {
  const names: string[] = []
  for await (const value of inside(reader, attributeField)) {
    if (value.kind !== 'bytes' || (value.number !== attribute.graph && value.number !== attribute.graphs)) continue
    for await (const part of inside(reader, value)) {
      if (part.number === graph.node) names.push(...(await readNode(reader, part, depth + 1)).inputs)
      else if (part.number === graph.output) names.push(await textIn(reader, part, valueInfo.name))
    }
  }
  return names
}

/** A sparse weight has the name of its values. */
async function sparseName(reader: ByteReader, field: Field): Promise<string> {
  for await (const inner of inside(reader, field))
    if (inner.number === sparseTensor.values) return textIn(reader, inner, tensor.name)
  return ''
}

const isNamed = (name: string): boolean => name !== ''

function spanOf(field: Field): Span {
  if (field.kind !== 'bytes') throw new RangeError('a message is missing')
  return { start: field.start, end: field.end }
}
