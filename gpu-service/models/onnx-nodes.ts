import { attributeTypes, elementType, onnxProto } from '../../shared/onnx/onnx-proto.ts'
import { bytes, integer, message, string } from './protobuf-writer.ts'

const { model, graph, node: nodeField, attribute, tensor, valueInfo, type, tensorType, shape, dimension } = onnxProto

/** Builds parts of an ONNX GraphProto. */
export const node = ({ operator, inputs, output, attributes = {} }: NodeSpec): Buffer =>
  message(
    graph.node,
    ...inputs.map((name) => string(nodeField.input, name)),
    string(nodeField.output, output),
    string(nodeField.name, output),
    string(nodeField.operator, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      message(nodeField.attribute, string(attribute.name, name), ...attributeValue(value)),
    ),
  )

export interface NodeSpec {
  operator: string
  inputs: string[]
  output: string
  attributes?: Record<string, number | number[]>
}

const attributeValue = (value: number | number[]): Buffer[] =>
  Array.isArray(value)
    ? [...value.map((one) => integer(attribute.ints, one)), integer(attribute.type, attributeTypes.ints)]
    : [integer(attribute.int, value), integer(attribute.type, attributeTypes.int)]

/** A list of numbers, or a tensor with given dimensions. */
export const constant = ({ name, value, dims = [value.length] }: Constant): Buffer =>
  message(
    graph.initializer,
    ...dims.map((size) => integer(tensor.dims, size)),
    integer(tensor.type, value instanceof Float32Array ? floatType : int64Type),
    string(tensor.name, name),
    bytes(tensor.rawData, new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
  )

export interface Constant {
  name: string
  value: Float32Array | BigInt64Array
  dims?: number[]
}

type Dims = readonly (string | number)[]

export const floatInput = (name: string, dims: Dims): Buffer => graphInput({ name, elementType: floatType, dims })
export const floatOutput = (name: string, dims: Dims): Buffer => graphOutput({ name, elementType: floatType, dims })

export const graphInput = (value: GraphValue): Buffer => graphValue(graph.input, value)
export const graphOutput = (value: GraphValue): Buffer => graphValue(graph.output, value)

/** A graph's input or output, with onnx.proto's number of its type. */
export interface GraphValue {
  name: string
  elementType: number
  dims: Dims
}

export const floatType = elementType('float32')
export const int64Type = elementType('int64')

/** A model of nothing but these parts of a graph. */
export const partialModel = (...pieces: Buffer[]): Buffer => message(model.graph, ...pieces)

function graphValue(field: number, value: GraphValue): Buffer {
  const sizes = value.dims.map((size) =>
    message(shape.dimension, typeof size === 'number' ? integer(dimension.value, size) : string(dimension.name, size)),
  )
  const tensorOf = [integer(tensorType.elementType, value.elementType), message(tensorType.shape, ...sizes)]
  return message(field, string(valueInfo.name, value.name), message(valueInfo.type, message(type.tensor, ...tensorOf)))
}
