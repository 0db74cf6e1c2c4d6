/** Field numbers of onnx.proto3 (github.com/onnx/onnx, `onnx/onnx.proto3`), by message. */
export const onnxProto = {
  model: { irVersion: 1, producerName: 2, producerVersion: 3, graph: 7, opsetImport: 8, properties: 14, training: 20 },
  opset: { domain: 1, version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 },
  node: { input: 1, output: 2, name: 3, operator: 4, attribute: 5 },
  attribute: { name: 1, int: 3, graph: 6, ints: 8, strings: 9, graphs: 11, type: 20 },
  tensor: { dims: 1, type: 2, int32s: 5, strings: 6, int64s: 7, name: 8, rawData: 9, externalData: 13 },
  sparseTensor: { values: 1 },
  valueInfo: { name: 1, type: 2 },
  type: { tensor: 1, sequence: 4, map: 5 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { value: 1, name: 2 },
} as const

/** The numbers of AttributeProto.AttributeType. */
export const attributeTypes = { int: 2, ints: 7 } as const

/** The names of TensorProto.DataType, each at its number. */
export const elementTypes = [
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
] as const

export const elementType = (name: (typeof elementTypes)[number]): number => elementTypes.indexOf(name)
