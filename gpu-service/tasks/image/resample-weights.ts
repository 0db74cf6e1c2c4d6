import type { Resample } from './fit.ts'

/** For each pixel of a resized row, the source pixels with their weights in fixed-point. */
export interface Weights {
  /** The index of each first source pixel. */
  starts: Int32Array
  counts: Int32Array
  /** `stride` numbers per pixel of the result. */
  values: Int32Array
  stride: number
}

/** As in Pillow: 32 bits minus 8 for the pixel and 2 for overshoot. */
export const precisionBits = 22

interface Kernel {
  support: number
  at(x: number): number
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI))

const kernels: Record<Exclude<Resample, 0>, Kernel> = {
  1: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  2: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  3: { support: 2, at: bicubic },
  4: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  5: { support: 1, at: hamming },
}

function bicubic(signed: number): number {
  const a = -0.5
  const x = Math.abs(signed)
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a
  return 0
}

function hamming(signed: number): number {
  const x = Math.abs(signed)
  if (x === 0) return 1
  if (x >= 1) return 0
  const turn = x * Math.PI
  return (Math.sin(turn) / turn) * (0.54 + 0.46 * Math.cos(turn))
}

/**
 * Computes the weights of `count` pixels, starting at `from`, of a row resized from `inSize` to `outSize`. They are
 * identical, bit for bit, to those of Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`
 * (src/libImaging/Resample.c), which widen the kernel on reduction, unlike other libraries.
 */
export function resampleWeights({ inSize, outSize, from, count, resample }: WeightsInput): Weights {
  const scale = inSize / outSize
  if (resample === 0) return nearestWeights({ scale, from, count, inSize })
  const kernel = kernels[resample]
  const widening = Math.max(scale, 1)
  const support = kernel.support * widening
  const stride = Math.ceil(support) * 2 + 1
  const weights = {
    starts: new Int32Array(count),
    counts: new Int32Array(count),
    values: new Int32Array(count * stride),
    stride,
  }
  for (let index = 0; index < count; index++) {
    const center = (from + index + 0.5) * scale
    const start = Math.max(0, Math.trunc(center - support + 0.5))
    const taps = Math.min(inSize, Math.trunc(center + support + 0.5)) - start
    const exact = Array.from({ length: taps }, (_, tap) => kernel.at((tap + start - center + 0.5) * (1 / widening)))
    const total = exact.reduce((sum, value) => sum + value, 0)
    weights.starts[index] = start
    weights.counts[index] = taps
    for (const [tap, value] of exact.entries()) {
      const share = total === 0 ? value : value / total
      weights.values[index * stride + tap] = Math.trunc(share * 2 ** precisionBits + (share < 0 ? -0.5 : 0.5))
    }
  }
  return weights
}

interface WeightsInput {
  inSize: number
  outSize: number
  from: number
  count: number
  resample: Resample
}

/** Pillow adds up the scale pixel by pixel, so the rounding error must accumulate here, too. */
function nearestWeights({
  scale,
  from,
  count,
  inSize,
}: {
  scale: number
  from: number
  count: number
  inSize: number
}) {
  const starts = new Int32Array(count)
  let at = scale * 0.5
  for (let index = 0; index < from + count; index++, at += scale)
    if (index >= from) starts[index - from] = Math.min(inSize - 1, Math.trunc(at))
  const one = (length: number, value: number) => new Int32Array(length).fill(value)
  return { starts, counts: one(count, 1), values: one(count, 2 ** precisionBits), stride: 1 }
}
