import { errors } from '../../../shared/errors.ts'
import type { TensorType } from '../../engine/engine.ts'

/** The protocol's names of element types. */
const names: Record<TensorType, string> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
}

const types = new Map(Object.entries(names).map(([type, name]) => [name, type as TensorType]))

/** Types that clients cannot send, such as bfloat16, keep their own name. */
export const datatypeOf = (type: string): string => (Object.hasOwn(names, type) ? names[type as TensorType] : type)

/** @throws AppError `invalid_input` */
export function typeOf(datatype: string, param: string): TensorType {
  const type = types.get(datatype)
  if (type !== undefined) return type
  throw errors.invalidInput(
    `"${param}" is ${JSON.stringify(datatype.slice(0, 50))}; it must be one of ${[...types.keys()].join(', ')}.`,
    param,
  )
}
