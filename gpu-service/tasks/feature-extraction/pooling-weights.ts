import type { Tensor } from '../../engine/engine.ts'
import type { Pooling } from './pooling-config.ts'

/** Far below any activation, yet finite when added to one in float32. */
export const masked = -1e9

/** The tokens that a text is pooled from: all after the skipped prompt. */
export interface PooledText {
  length: number
  skipped: number
}

interface WeightsOptions {
  modes: readonly Pooling[]
  texts: readonly PooledText[]
  width: number
}

/**
 * The pooling input of the extended graph: the weight of each token, one row per pooling, to multiply the token vectors
 * by. Padding has weight 0, so it never affects a result.
 */
export function weightsTensor({ modes, texts, width }: WeightsOptions): Tensor {
  const data = new Float32Array(texts.length * modes.length * width)
  for (const [index, text] of texts.entries())
    for (const [row, mode] of modes.entries()) {
      const start = (index * modes.length + row) * width
      fillWeights({ weights: data.subarray(start, start + text.length), mode, text })
    }
  return { type: 'float32', dims: [texts.length, modes.length, width], data }
}

/** For max pooling: added to the token vectors, so that a token that does not count is never the maximum. */
export function maskTensor({ texts, width }: Omit<WeightsOptions, 'modes'>): Tensor {
  const data = new Float32Array(texts.length * width)
  for (const [row, text] of texts.entries()) {
    const start = row * width
    data.fill(masked, start + text.length, start + width)
    data.fill(masked, start, start + text.skipped)
  }
  return { type: 'float32', dims: [texts.length, width, 1], data }
}

/** A text that consists of its prompt alone has the vector zero, or that of its first token, as in sentence-transformers. */
export function fillWeights({ weights, mode, text }: FillWeights): void {
  const { length, skipped: first } = text
  const count = length - first
  if (mode === 'cls') weights[count > 0 ? first : 0] = 1
  else if (count <= 0) weights.fill(0)
  else if (mode === 'lasttoken') weights[length - 1] = 1
  else if (mode === 'weightedmean') {
    // The sum of the 1-based positions of all tokens that count.
    const total = (count * (first + 1 + length)) / 2
    for (let position = first; position < length; position++) weights[position] = (position + 1) / total
  } else weights.fill(mode === 'mean' ? 1 / count : 1 / Math.sqrt(count), first, length)
}

interface FillWeights {
  weights: Float32Array
  mode: Pooling
  text: PooledText
}
