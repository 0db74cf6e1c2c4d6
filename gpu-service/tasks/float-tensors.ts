import type { Tensor, Tensors } from '../engine/engine.ts'

/** The float types that are served. */
export const floatTypes = ['float32', 'float16'] as const
export type FloatType = (typeof floatTypes)[number]

export const isFloatType = (type: string): type is FloatType => floatTypes.some((one) => one === type)

/** Creates a tensor of either float type. */
export function floatTensor({ type, dims, data }: FloatTensor): Tensor {
  return type === 'float32'
    ? { type, dims, data }
    : { type, dims, data: new Uint16Array(Float16Array.from(data).buffer) }
}

interface FloatTensor {
  type: FloatType
  dims: readonly number[]
  data: Float32Array<ArrayBuffer>
}

/** Splits an output into one row per input; the rows are views of one buffer. */
export function rowsOf(tensors: Tensors, output: string, count: number): Float32Array<ArrayBuffer>[] {
  const data = floatsOf(tensors, output)
  const width = data.length / count
  return Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width))
}

/** Returns an output of either float type as float32. */
export function floatsOf(tensors: Tensors, output: string): Float32Array<ArrayBuffer> {
  const tensor = tensors[output]
  if (tensor?.data instanceof Float32Array) return tensor.data
  if (tensor?.type === 'float16' && tensor.data instanceof Uint16Array) {
    const { buffer, byteOffset, length } = tensor.data
    return Float32Array.from(new Float16Array(buffer, byteOffset, length))
  }
  throw new Error(`the output "${output}" is no tensor of floats`)
}
