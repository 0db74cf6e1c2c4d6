/** How exactly a file holds the weights of its model. Whatever holds them in 4 bits is `q4`, in 8 bits `int8`. */
export const precisions = ['fp32', 'fp16', 'int8', 'q4'] as const
export type Precision = (typeof precisions)[number]

/** What a file is by its name, in the words of the exporters: Optimum, transformers.js and sentence-transformers. */
export interface NamedPrecision {
  /** The file without its precision: `onnx/model` of `onnx/model_int8.onnx`. */
  stem: string
  precision: Precision
  /** What the name says of it, `''` where it says nothing. */
  variant: string
}

/** First match wins: `_q4f16` is of 4 bits, and a name that tells nothing holds the weights as they were published. */
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
 * What is served where nobody chose, best first. A CPU keeps to the published weights, because a faster file gives other
 * answers (dynamic int8 even by batch); a GPU multiplies fp16 natively, and has no kernels for dynamic int8.
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
  /** A precision or a file, as the deployment asks for it. */
  asked?: string | undefined
  device: ModelDevice
}

/** Measured on all-MiniLM-L6-v2 (onnxruntime-node.md, 2.7). */
const defaults: Record<ModelDevice, string> = {
  cpu: 'the answers of the published weights; int8 is 2.5 to 5.9 times as fast, at a cosine of 0.976 or more to fp32',
  cuda: 'half the memory of fp32 and multiplied natively; dynamic int8 has no kernels there',
}
