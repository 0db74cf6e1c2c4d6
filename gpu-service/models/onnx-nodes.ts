import { bytes, integer, message, string } from './protobuf-writer.ts'

/** Builds parts of an ONNX GraphProto by the field numbers of onnx.proto. */
export const node = ({ operator, inputs, output, attributes = {} }: NodeSpec): Buffer =>
  message(
    1,
    ...inputs.map((name) => string(1, name)),
    string(2, output),
    string(3, output),
    string(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      Array.isArray(value)
        ? message(5, string(1, name), ...value.map((one) => integer(8, one)), integer(20, 7))
        : message(5, string(1, name), integer(3, value), integer(20, 2)),
    ),
  )

export interface NodeSpec {
  operator: string
  inputs: string[]
  output: string
  attributes?: Record<string, number | number[]>
}

/** A list of numbers, or a tensor with given dimensions. */
export const constant = ({ name, value, dims = [value.length] }: Constant): Buffer =>
  message(
    5,
    ...dims.map((size) => integer(1, size)),
    integer(2, value instanceof Float32Array ? floatType : int64Type),
    string(8, name),
    bytes(9, new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
  )

export interface Constant {
  name: string
  value: Float32Array | BigInt64Array
  dims?: number[]
}

type Dims = readonly (string | number)[]

export const floatInput = (name: string, dims: Dims): Buffer => graphInput({ name, elementType: floatType, dims })
export const floatOutput = (name: string, dims: Dims): Buffer => graphOutput({ name, elementType: floatType, dims })

export const graphInput = (value: GraphValue): Buffer => valueInfo(11, value)
export const graphOutput = (value: GraphValue): Buffer => valueInfo(12, value)

/** A graph's input or output, with onnx.proto's number of its type. */
export interface GraphValue {
  name: string
  elementType: number
  dims: Dims
}

export const floatType = 1
const int64Type = 7

/** A model of nothing but these parts of a graph. */
export const partialModel = (...pieces: Buffer[]): Buffer => message(7, ...pieces)

function valueInfo(field: number, { name, elementType, dims }: GraphValue): Buffer {
  const shape = dims.map((dim) => message(1, typeof dim === 'number' ? integer(1, dim) : string(2, dim)))
  return message(field, string(1, name), message(2, message(1, integer(1, elementType), message(2, ...shape))))
}
