import { open } from 'node:fs/promises'
import { ByteWindow } from './byte-window.ts'
import { eachField, type Field, text } from './protobuf-reader.ts'

/** What an ONNX file says of itself, read from its head without its weights. */
export interface OnnxGraph {
  inputs: ValueInfo[]
  outputs: ValueInfo[]
  /** The kinds of its nodes. */
  operators: Set<string>
}

export interface ValueInfo {
  name: string
  /** The element type of a tensor; `undefined` for a sequence or a map. */
  type: string | undefined
  /** A number, or a name for a dimension that the caller chooses. */
  dims: (number | string)[]
}

/** By the numbers of onnx.proto's TensorProto.DataType. */
const types = [
  undefined,
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

/** @throws Error with a reason where the file is no ONNX model. */
export async function readOnnxGraph(path: string): Promise<OnnxGraph> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const source = new ByteWindow({ file, sizeBytes: size })
    const graph: OnnxGraph = { inputs: [], outputs: [], operators: new Set() }
    const constants = new Set<string>()
    await eachField(source, size, async (field) => {
      if (field.number === 7) await readGraph(source, field, graph, constants)
    })
    if (graph.outputs.length === 0) throw new Error('it holds no ONNX graph')
    // Old exporters list the weights among the inputs.
    return { ...graph, inputs: graph.inputs.filter(({ name }) => !constants.has(name)) }
  } finally {
    await file.close()
  }
}

async function readGraph(source: ByteWindow, field: Field, graph: OnnxGraph, constants: Set<string>) {
  await eachField(source, endOf(source, field), async (part) => {
    if (part.number === 1) graph.operators.add(await textField(source, part, 4))
    else if (part.number === 5) constants.add(await textField(source, part, 8))
    else if (part.number === 11) graph.inputs.push(await readValue(source, part))
    else if (part.number === 12) graph.outputs.push(await readValue(source, part))
  })
}

async function readValue(source: ByteWindow, field: Field): Promise<ValueInfo> {
  const value: ValueInfo = { name: '', type: undefined, dims: [] }
  await eachField(source, endOf(source, field), async (part) => {
    if (part.number === 1) value.name = await text(source, part)
    else if (part.number === 2)
      await eachField(source, endOf(source, part), async (kind) => {
        if (kind.number === 1) await readTensorType(source, kind, value)
      })
  })
  return value
}

async function readTensorType(source: ByteWindow, field: Field, value: ValueInfo) {
  await eachField(source, endOf(source, field), async (part) => {
    if (part.number === 1) value.type = types[part.value]
    else if (part.number === 2)
      await eachField(source, endOf(source, part), async (dim) => {
        value.dims.push(await readDimension(source, dim))
      })
  })
}

async function readDimension(source: ByteWindow, field: Field): Promise<number | string> {
  let dimension: number | string = ''
  await eachField(source, endOf(source, field), async (part) => {
    if (part.number === 1) dimension = part.value
    else if (part.number === 2) dimension = await text(source, part)
  })
  return dimension
}

async function textField(source: ByteWindow, field: Field, number: number): Promise<string> {
  let found = ''
  await eachField(source, endOf(source, field), async (part) => {
    if (part.number === number) found = await text(source, part)
  })
  return found
}

const endOf = (source: ByteWindow, { lengthBytes }: Field): number => source.position + lengthBytes
