import type { Tensor } from '../../engine/engine.ts'
import { largest } from '../../tasks/text/largest.ts'
import type { YieldTurn } from '../../yield-turn.ts'

/** Ranked in a few milliseconds, even in ascending order, which takes longest. */
const sliceLength = 16_384

interface Ranked {
  /** Its index in the row. */
  index: number
  value: number
}

/** Finds the largest values of a row in slices, because one may have millions. */
export async function largestOfRow({ tensor, from, width, count, yieldTurn }: LargestOfRow): Promise<Ranked[]> {
  let best: Ranked[] = []
  for (let at = 0; at < width; at += sliceLength) {
    const values = numbersIn(tensor, { from: from + at, to: from + Math.min(width, at + sliceLength) })
    const found = largest(values, count).map((index) => ({ index: at + index, value: values[index] ?? Number.NaN }))
    best = at === 0 ? found : merged([...best, ...found], count)
    const turn = yieldTurn()
    if (turn !== undefined) await turn
  }
  return best
}

interface LargestOfRow {
  /** Not one of texts. */
  tensor: Tensor
  /** Where the row begins. */
  from: number
  width: number
  count: number
  yieldTurn: YieldTurn
}

function merged(candidates: readonly Ranked[], count: number): Ranked[] {
  const values = candidates.map(({ value }) => value)
  return largest(values, count).map((at) => candidates[at] as Ranked)
}

function numbersIn({ type, data }: Tensor, { from, to }: { from: number; to: number }): ArrayLike<number> {
  const part = (data as Float32Array).subarray(from, to)
  if (type === 'float16') return new Float16Array(part.buffer, part.byteOffset, part.length)
  return type === 'int64' || type === 'uint64' ? Float64Array.from(part, Number) : part
}
