import type { InferenceSession } from 'onnxruntime-node'

/**
 * Fusions of the runtime whose CPU kernel is slower than the operators it replaces. `SkipLayerNormalization` adds up each
 * row in one dependent chain, where `Add` and `LayerNormalization` use vector instructions: without it int8 files of
 * BERT's kind run 1.15 to 1.2 times as fast (`test/bench/fusions.ts`). The kernels of a GPU are faster fused.
 */
const slowOnCpu = ['SkipLayerNormFusion']

/** The part of a session's `extra` options that leaves slow fusions out. */
export const withoutSlowFusions = (device: 'cpu' | 'cuda'): InferenceSession.SessionOptions['extra'] =>
  device === 'cpu' ? { optimization: { disable_specified_optimizers: slowOnCpu.join(';') } } : {}
