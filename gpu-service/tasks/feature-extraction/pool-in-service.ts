import type { Embedding } from './embedding-input.ts'
import type { PoolingConfig, VectorStep } from './pooling-config.ts'
import { fillWeights, type PooledText } from './pooling-weights.ts'

/** Does the work of the pooling nodes, for a graph that cannot be extended. */
export function poolInService({ tokens, width, text, modes, steps }: PoolInService): Embedding {
  const rows = new Float32Array(modes.length * width)
  for (const [index, mode] of modes.entries()) {
    const row = rows.subarray(index * width, (index + 1) * width)
    if (mode === 'max') largest({ tokens, width, text, row })
    else {
      const weights = new Float32Array(text.length)
      fillWeights({ weights, mode, text })
      weigh({ tokens, width, weights, row })
    }
  }
  return steps.reduce<Embedding>((vector, step) => applyStep(vector, step), rows)
}

interface PoolInService extends Pick<PoolingConfig, 'modes' | 'steps'> {
  /** The concatenated token vectors of one text. */
  tokens: Float32Array
  width: number
  text: PooledText
}

/** Sums in float64 and rounds once at the end. */
function weigh({ tokens, width, weights, row }: Pooled & { weights: Float32Array }): void {
  const sums = new Float64Array(width)
  for (const [position, weight] of weights.entries()) {
    if (weight === 0) continue
    const start = position * width
    for (let column = 0; column < width; column++)
      sums[column] = (sums[column] ?? 0) + weight * (tokens[start + column] ?? Number.NaN)
  }
  row.set(sums)
}

function largest({ tokens, width, text, row }: Pooled & { text: PooledText }): void {
  const first = text.skipped
  row.set(tokens.subarray(first * width, (first + 1) * width))
  for (let position = first + 1; position < text.length; position++) {
    const start = position * width
    for (let column = 0; column < width; column++)
      row[column] = Math.max(row[column] ?? Number.NaN, tokens[start + column] ?? Number.NaN)
  }
}

interface Pooled {
  tokens: Float32Array
  width: number
  row: Float32Array
}

function applyStep(vector: Embedding, step: VectorStep): Embedding {
  if (step.kind === 'normalize') return unit(vector)
  const { inWidth, outWidth, weight, bias, activation } = step
  const sums = new Float64Array(outWidth)
  if (bias !== undefined) sums.set(bias)
  for (let row = 0; row < inWidth; row++) {
    const value = vector[row] ?? Number.NaN
    for (let column = 0; column < outWidth; column++)
      sums[column] = (sums[column] ?? 0) + value * (weight[row * outWidth + column] ?? Number.NaN)
  }
  return Float32Array.from(sums, activations[activation])
}

const activations = {
  identity: (value: number) => value,
  tanh: Math.tanh,
  relu: (value: number) => Math.max(0, value),
  sigmoid: (value: number) => 1 / (1 + Math.exp(-value)),
}

/** Scales a vector to length 1; the zero vector stays as it is. */
export function unit(vector: Embedding): Embedding {
  let square = 0
  for (const value of vector) square += value * value
  const length = Math.max(Math.sqrt(square), 1e-12)
  return vector.map((value) => value / length)
}
