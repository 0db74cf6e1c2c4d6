import type { Tensors } from '../../engine/engine.ts'

/** The number of token ids in a request's tensors, without those that its mask marks as padding. */
export function countTokens({ input_ids: ids, attention_mask: mask }: Tensors): number {
  if (ids === undefined) return 0
  if (mask === undefined || mask.data.length !== ids.data.length) return ids.data.length
  const { data } = mask
  // By low words, because a BigInt for each of millions of marks would take four times as long.
  const marks = data instanceof BigInt64Array ? new Int32Array(data.buffer, data.byteOffset, 2 * data.length) : data
  const step = marks.length / data.length
  let count = 0
  for (let at = 0; at < marks.length; at += step) if (Number(marks[at]) !== 0) count++
  return count
}
