import type { TensorSignature } from '../contract/repo.ts'
import type { ByteReader } from './byte-reader.ts'
import { readEntry } from './entry.ts'
import { onnxProto } from './onnx-proto.ts'
import { type Field, inside, text } from './protobuf.ts'
import { readValueInfo } from './value-info.ts'

const { graph, node, attribute, tensor } = onnxProto

const signaturesMax = 1000
const operatorsMax = 1000
/** Exporters that write weights beside a graph use one file per tensor, and large models have a thousand. */
const externalFilesMax = 2000
const depthMax = 16

/** Operators that contain graphs of their own, whose weights may be in other files, too. */
export const branching: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap'])

export interface OnnxGraph {
  inputs: TensorSignature[]
  outputs: TensorSignature[]
  /** The types of its nodes. */
  operators: Set<string>
  /** The files with its weights, as the graph names them. */
  externalData: Set<string>
}

/**
 * The inputs, outputs, operators and external files of a graph, including its subgraphs. @throws RangeError for an
 * invalid one
 */
export async function readGraph(reader: ByteReader, field: Field, depth = 0): Promise<OnnxGraph> {
  if (depth > depthMax) throw new RangeError('its graphs are nested too deep')
  const found: OnnxGraph = { inputs: [], outputs: [], operators: new Set(), externalData: new Set() }
  const weights = new Set<string>()
  for await (const inner of inside(reader, field)) {
    if (found.inputs.length + found.outputs.length > signaturesMax)
      throw new RangeError(`it has more than ${signaturesMax} inputs and outputs`)
    if (inner.number === graph.input) found.inputs.push(await readValueInfo(reader, inner))
    else if (inner.number === graph.output) found.outputs.push(await readValueInfo(reader, inner))
    else if (inner.number === graph.initializer) weights.add(await readWeight(reader, inner, found))
    else if (inner.number === graph.node) await readNode(reader, inner, { found, depth })
  }
  // Old exporters list weights among the inputs.
  return { ...found, inputs: found.inputs.filter(({ name }) => !weights.has(name)) }
}

async function readNode(reader: ByteReader, field: Field, { found, depth }: { found: OnnxGraph; depth: number }) {
  let operator = ''
  for await (const inner of inside(reader, field)) {
    if (inner.number === node.operator) {
      operator = await text(reader, inner)
      if (found.operators.size < operatorsMax) found.operators.add(operator)
      if (!branching.has(operator)) return
    } else if (inner.number === node.attribute && branching.has(operator)) {
      for await (const value of inside(reader, inner)) {
        if (value.number !== attribute.graph && value.number !== attribute.graphs) continue
        const branch = await readGraph(reader, value, depth + 1)
        for (const name of branch.operators) if (found.operators.size < operatorsMax) found.operators.add(name)
        for (const file of branch.externalData) addExternal(found, file)
      }
    }
  }
}

/** The name of a weight, and the file it is in, if it is not inline. */
async function readWeight(reader: ByteReader, field: Field, found: OnnxGraph): Promise<string> {
  let name = ''
  for await (const inner of inside(reader, field)) {
    if (inner.number === tensor.name) name = await text(reader, inner)
    // Reading on would fetch the bytes behind each weight.
    else if (inner.number === tensor.rawData && name !== '') return name
    else if (inner.number === tensor.externalData) {
      const [key, value] = await readEntry(reader, inner)
      if (key === 'location') addExternal(found, value)
    }
  }
  return name
}

function addExternal({ externalData }: OnnxGraph, file: string): void {
  if (externalData.size >= externalFilesMax && !externalData.has(file))
    throw new RangeError(`its weights are in more than ${externalFilesMax} files`)
  externalData.add(file)
}
