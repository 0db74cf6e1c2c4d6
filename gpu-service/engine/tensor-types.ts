import type { TensorDataOf, TensorType } from './engine.ts'

/** The types with elements of a fixed size. */
export type NumericType = Exclude<TensorType, 'string'>

/** The array constructor of each type. */
export const arrays: { [Type in NumericType]: ArrayMaker<TensorDataOf[Type]> } = {
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
}

interface ArrayMaker<Data> {
  new (length: number): Data
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Data
  readonly BYTES_PER_ELEMENT: number
}

const isNumericType = (type: string): type is NumericType => Object.hasOwn(arrays, type)

/** Whether onnxruntime-node supports the type: not bfloat16, not a sequence. */
export const isTensorType = (type: string): type is TensorType => type === 'string' || isNumericType(type)
