import { expect, it } from 'vitest'
import type { Tensor } from '../../../../../gpu-service/engine/engine.ts'
import { countTokens } from '../../../../../gpu-service/tasks/tensors/count-tokens.ts'

const int64 = (values: bigint[]): Tensor => ({
  type: 'int64',
  dims: [1, values.length],
  data: BigInt64Array.from(values),
})
const int32 = (values: number[]): Tensor => ({ type: 'int32', dims: [1, values.length], data: Int32Array.from(values) })

it.each([
  ['all without a mask', { input_ids: int64([5n, 6n, 0n]) }, 3],
  ['without padding', { input_ids: int64([5n, 6n, 0n]), attention_mask: int64([1n, 1n, 0n]) }, 2],
  ['with a mask of another type', { input_ids: int32([5, 6, 0]), attention_mask: int32([1, 0, 0]) }, 1],
  ['all if the mask has another size', { input_ids: int64([5n, 6n]), attention_mask: int64([0n]) }, 2],
  ['none in other tensors', { X: int64([1n, 2n]) }, 0],
])('counts token ids: %s', (_which, tensors, count) => {
  expect(countTokens(tensors)).toBe(count)
})
