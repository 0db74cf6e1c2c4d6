import type { InferenceSession } from 'onnxruntime-node'
import type { Device } from './engine.ts'

/**
 * Fusions of the runtime whose CPU kernel is slower than the operators it replaces. `SkipLayerNormalization` takes five
 * times as long as `Add` and `LayerNormalization`: without it int8 files of BERT's kind run 1.15 to 1.2 times as fast
 * (`test/bench/fusions.ts`). Measured on a CPU only, so a GPU keeps the runtime's choice.
 */
const slowOnCpu = ['SkipLayerNormFusion']

/** The part of a session's `extra` options that leaves slow fusions out. */
export const withoutSlowFusions = (device: Device): InferenceSession.SessionOptions['extra'] =>
  device === 'cpu' ? { optimization: { disable_specified_optimizers: slowOnCpu.join(';') } } : {}
