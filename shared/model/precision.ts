/** The precision of a file's weights. All 4-bit formats count as `q4`, all 8-bit ones as `int8`. */
export const precisions = ['fp32', 'fp16', 'int8', 'q4'] as const
export type Precision = (typeof precisions)[number]

/** What a file's name says about it, by the conventions of Optimum, transformers.js and sentence-transformers. */
export interface NamedPrecision {
  /** The path without the precision: `onnx/model` for `onnx/model_int8.onnx`. */
  stem: string
  precision: Precision
  /** The precision's suffix in the name; empty where there is none. */
  variant: string
}

/** The first match wins, so `_q4f16` counts as 4 bits. A name without a suffix holds the weights as published. */
const variants: readonly [RegExp, Precision][] = [
  [/[._-]((?:q4|int4|uint4|bnb4|4bit)(?:f16)?)$/i, 'q4'],
  [/[._-]((?:q8|int8|uint8|8bit|quantized|qu?int8(?:_[a-z0-9]+)*)(?:f16)?)$/i, 'int8'],
  [/[._-](fp16|float16|f16|half|o4)$/i, 'fp16'],
  [/[._-](fp32|float32|f32|optimized|o[123])$/i, 'fp32'],
]

export function precisionOf(path: string): NamedPrecision {
  const whole = path.replace(/\.onnx$/, '')
  for (const [pattern, precision] of variants) {
    const [suffix, variant] = pattern.exec(whole) ?? []
    if (suffix !== undefined && variant !== undefined)
      return { stem: whole.slice(0, -suffix.length), precision, variant: variant.toLowerCase() }
  }
  return { stem: whole, precision: 'fp32', variant: '' }
}

export type ModelDevice = 'cpu' | 'cuda'

/**
 * The default precisions, best first. A CPU keeps the published weights, because a faster file gives other answers
 * (dynamic int8 even depends on the batch); a GPU multiplies fp16 natively and has no kernels for dynamic int8.
 */
export const preferredPrecisions: Record<ModelDevice, readonly Precision[]> = {
  cpu: ['fp32', 'fp16', 'int8', 'q4'],
  cuda: ['fp16', 'fp32', 'q4', 'int8'],
}

/** Why this file is served and what another would cost, for `/info`. */
export function explainPrecision({ file, asked, device }: ExplainPrecision): { precision: Precision; why: string } {
  const { precision } = precisionOf(file)
  if (asked === file) return { precision, why: 'the deployment names this file' }
  if (asked !== undefined) return { precision, why: `the deployment asks for ${asked}` }
  const [best] = preferredPrecisions[device]
  if (precision !== best) return { precision, why: `the revision has no ${best} file, the default on ${device}` }
  return { precision, why: `the default on ${device}: ${defaults[device]}` }
}

interface ExplainPrecision {
  file: string
  /** The precision or file that the deployment names. */
  asked?: string | undefined
  device: ModelDevice
}

/** Measured on all-MiniLM-L6-v2 (onnxruntime-node.md, 2.7). */
const defaults: Record<ModelDevice, string> = {
  cpu: 'the answers of the published weights; int8 is 2.5 to 5.9 times as fast, at a cosine of 0.976 or more to fp32',
  cuda: 'half the memory of fp32 and multiplied natively; dynamic int8 has no kernels there',
}
