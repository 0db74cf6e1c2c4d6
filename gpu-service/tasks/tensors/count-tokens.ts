import type { TensorData, Tensors } from '../../engine/engine.ts'

/** Read in a fraction of a millisecond. */
const marksPerStep = 65_536

/**
 * Counts the token ids in a request's tensors, in steps, without those that its mask marks as padding. A row counts in
 * full unless its marks are a 1 for each token and a 0 for padding: graphs differ in what they make of other marks, and
 * some read every token of a row without a 1.
 */
export function* countTokens({ input_ids: ids, attention_mask: mask }: Tensors): Generator<void, number> {
  if (ids === undefined) return 0
  const { length } = ids.data
  if (mask === undefined || String(mask.dims) !== String(ids.dims)) return length
  const width = ids.dims.at(-1) ?? 1
  const markAt = marksOf(mask.data)
  let count = 0
  for (let start = 0; start < length; start += width) {
    let ones = 0
    let zeros = 0
    for (let at = start; at < start + width; at++) {
      const mark = markAt(at)
      if (mark === 1) ones++
      else if (mark === 0) zeros++
      if (at % marksPerStep === 0) yield
    }
    count += ones > 0 && ones + zeros === width ? ones : width
  }
  return count
}

/** By halves, because a BigInt for each of millions of marks would take four times as long. */
function marksOf(data: TensorData): (at: number) => number {
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return (at) => Number(data[at])
  const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
  return (at) => (halves[2 * at + 1] === 0 ? Number(halves[2 * at]) : Number.NaN)
}
