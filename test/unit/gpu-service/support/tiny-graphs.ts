import {
  type Constant,
  constant,
  type GraphValue,
  graphInput,
  graphOutput,
  type NodeSpec,
  node,
} from '../../../../gpu-service/models/onnx-nodes.ts'
import { integer, message, string } from '../../../../gpu-service/models/protobuf-writer.ts'

/** An ONNX file of a few nodes, built here so that a test shows all that its model does. */
export function tinyGraph({ nodes, inputs, outputs, weights = [] }: TinyGraph): Buffer {
  const graph = message(
    7,
    ...nodes.map(node),
    string(2, 'tiny'),
    ...weights.map(constant),
    ...inputs.map(graphInput),
    ...outputs.map(graphOutput),
  )
  return Buffer.concat([integer(1, 8), graph, message(8, string(1, ''), integer(2, 17))])
}

interface TinyGraph {
  nodes: NodeSpec[]
  inputs: GraphValue[]
  outputs: GraphValue[]
  weights?: Constant[]
}

/** The numbers of onnx.proto. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const

/** Triton's example `simple`: two inputs of sixteen numbers, their sum and their difference. */
export function simpleGraph(): Buffer {
  const value = (name: string): GraphValue => ({ name, elementType: elementTypes.int32, dims: ['batch', 16] })
  return tinyGraph({
    nodes: [
      { operator: 'Add', inputs: ['INPUT0', 'INPUT1'], output: 'OUTPUT0' },
      { operator: 'Sub', inputs: ['INPUT0', 'INPUT1'], output: 'OUTPUT1' },
    ],
    inputs: [value('INPUT0'), value('INPUT1')],
    outputs: [value('OUTPUT0'), value('OUTPUT1')],
  })
}

/** One input and one output per type; each output is its input. */
export function identityGraph(types: readonly (keyof typeof elementTypes)[]): Buffer {
  const value = (name: string, type: keyof typeof elementTypes): GraphValue => ({
    name,
    elementType: elementTypes[type],
    dims: ['batch', 'width'],
  })
  return tinyGraph({
    nodes: types.map((type) => ({ operator: 'Identity', inputs: [type], output: `${type}_out` })),
    inputs: types.map((type) => value(type, type)),
    outputs: types.map((type) => value(`${type}_out`, type)),
  })
}
