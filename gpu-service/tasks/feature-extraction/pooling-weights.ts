import type { Tensor } from '../../engine/engine.ts'
import type { Pooling } from './pooling-config.ts'

/** Far below any activation, and a number that 32 bits can add to one. */
const never = -1e9

/**
 * What the pooling input of the extended graph is given: how much each token counts (a row per text that the token
 * vectors are multiplied by), or for max what is added to it. Padding counts nothing, whoever shares the batch.
 */
export function poolingTensor({ pooling, lengths, width }: PoolingTensor): Tensor {
  const data = new Float32Array(lengths.length * width)
  for (const [row, length] of lengths.entries()) {
    const start = row * width
    if (pooling === 'max') data.fill(never, start + length, start + width)
    else
      for (let position = 0; position < length; position++) data[start + position] = weight(pooling, position, length)
  }
  return { type: 'float32', dims: pooling === 'max' ? [lengths.length, width, 1] : [lengths.length, 1, width], data }
}

interface PoolingTensor {
  pooling: Pooling
  lengths: readonly number[]
  width: number
}

function weight(pooling: Exclude<Pooling, 'max'>, position: number, length: number): number {
  if (pooling === 'mean') return 1 / length
  if (pooling === 'mean_sqrt_len') return 1 / Math.sqrt(length)
  if (pooling === 'weightedmean') return (2 * (position + 1)) / (length * (length + 1))
  return position === (pooling === 'cls' ? 0 : length - 1) ? 1 : 0
}
