import type { ByteReader } from '../../shared/onnx/byte-reader.ts'
import { branching } from '../../shared/onnx/graph.ts'
import { type Field, fields, inside, text, textIn } from '../../shared/onnx/protobuf.ts'
import { readOnnxFile } from './read-onnx-file.ts'

/** Field numbers of onnx.proto3 (github.com/onnx/onnx, `onnx/onnx.proto3`). */
export const modelField = { graph: 7, training: 20 }
export const graphField = { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparse: 15 }
const node = { input: 1, output: 2, operator: 4, attribute: 5 }
const attribute = { graph: 6, graphs: 11 }
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
    else if (field.number === modelField.graph) await readParts(reader, field, outline)
    else if (field.number !== modelField.training) outline.model.push({ number: field.number, ...spanOf(field) })
  }
  return outline
}

async function readParts(reader: ByteReader, graph: Field, outline: GraphOutline): Promise<void> {
  for await (const field of inside(reader, graph)) {
    if (field.kind !== 'bytes') continue
    const span = spanOf(field)
    if (field.number === graphField.node) outline.nodes.push({ span, ...(await readNode(reader, field, 0)) })
    else if (field.number === graphField.name) outline.name = span
    else if (field.number === graphField.initializer)
      outline.weights.push({ field: field.number, span, name: await textIn(reader, field, 8) })
    else if (field.number === graphField.sparse)
      outline.weights.push({ field: field.number, span, name: await sparseName(reader, field) })
    else if (field.number === graphField.input) outline.inputs.push({ span, name: await textIn(reader, field, 1) })
    else if (field.number === graphField.output) outline.outputs.push({ span, name: await textIn(reader, field, 1) })
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
      if (part.number === graphField.node) names.push(...(await readNode(reader, part, depth + 1)).inputs)
      else if (part.number === graphField.output) names.push(await textIn(reader, part, 1))
    }
  }
  return names
}

/** A sparse weight has the name of its values. */
async function sparseName(reader: ByteReader, field: Field): Promise<string> {
  for await (const inner of inside(reader, field)) if (inner.number === 1) return textIn(reader, inner, 8)
  return ''
}

const isNamed = (name: string): boolean => name !== ''

function spanOf(field: Field): Span {
  if (field.kind !== 'bytes') throw new RangeError('a message is missing')
  return { start: field.start, end: field.end }
}
