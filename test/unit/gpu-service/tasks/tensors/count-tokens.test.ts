import { expect, it } from 'vitest'
import type { Tensor, Tensors } from '../../../../../gpu-service/engine/engine.ts'
import { countTokens } from '../../../../../gpu-service/tasks/tensors/count-tokens.ts'
import { runToEnd } from '../../../../../shared/run-to-end.ts'

const int64 = (values: bigint[], rows = 1): Tensor => ({
  type: 'int64',
  dims: [rows, values.length / rows],
  data: BigInt64Array.from(values),
})
const int32 = (values: number[]): Tensor => ({ type: 'int32', dims: [1, values.length], data: Int32Array.from(values) })
const ids = int64([5n, 6n, 0n])

it.each<[string, Tensors, number]>([
  ['all without a mask', { input_ids: ids }, 3],
  ['without padding', { input_ids: ids, attention_mask: int64([1n, 1n, 0n]) }, 2],
  ['with a mask of another type', { input_ids: int32([5, 6, 0]), attention_mask: int32([1, 0, 0]) }, 1],
  ['all if the mask has another size', { input_ids: int64([5n, 6n]), attention_mask: int64([0n]) }, 2],
  ['none in other tensors', { X: int64([1n, 2n]) }, 0],
  [
    'each row by its own marks',
    { input_ids: int64([5n, 6n, 7n, 8n], 2), attention_mask: int64([1n, 0n, 1n, 1n], 2) },
    3,
  ],
])('counts token ids: %s', (_which, tensors, count) => {
  expect(runToEnd(countTokens(tensors))).toBe(count)
})

it.each<[string, bigint[]]>([
  ['none of its tokens, which some graphs read as all of them', [0n, 0n, 0n]],
  ['a token below those that it leaves out', [0n, 0n, -1n]],
  ['a token above those that it reads', [2n, 1n, 0n]],
  ['its tokens with a number whose low half is 0', [2n ** 32n, 2n ** 32n, 1n]],
])('counts a row in full whose mask marks %s', (_what, marks) => {
  expect(runToEnd(countTokens({ input_ids: ids, attention_mask: int64(marks) }))).toBe(3)
})

it('counts the marks of a long row in steps, so that others get their turn', () => {
  const data = new BigInt64Array(1_000_000).fill(1n)
  const row: Tensor = { type: 'int64', dims: [1, data.length], data }
  const steps = countTokens({ input_ids: row, attention_mask: row })
  let count = 0
  while (!steps.next().done) count++
  expect(count).toBeGreaterThan(10)
})
