import { findNodes, nodesMax } from '../models/find-nodes.ts'
import { readOnnxGraph } from '../models/onnx-graph.ts'
import type { Device } from './engine.ts'

/**
 * A fusion of the runtime with other answers than the operators it replaces: it makes a border of zeros the border of a
 * MaxPool, which is negative infinity and never the largest number (microsoft/onnxruntime#18136), or of an AveragePool,
 * which with `ceil_mode` has no windows that start in it. For a Conv it is right, and MobileNet, which pads for each Conv,
 * is twice as fast with it.
 */
const paddingIntoPooling = 'Pad_Fusion'

/**
 * Fusions of the runtime whose CPU kernel is slower than the operators it replaces. `SkipLayerNormalization` takes five
 * times as long as `Add` and `LayerNormalization`: without it int8 files of BERT's kind run 1.15 to 1.2 times as fast
 * (`test/bench/fusions.ts`). Measured on a CPU only, so a GPU keeps the runtime's choice.
 */
const slowOnCpu = ['SkipLayerNormFusion']

/** The runtime's fusions that a graph runs without, because they are wrong or slow for it. */
export async function leftOutFusions({ path, device }: { path: string; device: Device }): Promise<string[]> {
  return [...((await poolsPadding(path)) ? [paddingIntoPooling] : []), ...(device === 'cpu' ? slowOnCpu : [])]
}

/** Also of a file that only the runtime can read. */
async function poolsPadding(path: string): Promise<boolean> {
  const graph = await readOnnxGraph(path).catch(() => undefined)
  if (graph === undefined) return true
  const { operators } = graph
  return operators.has('Pad') && (operators.has('MaxPool') || (operators.has('AveragePool') && padsAverages(path)))
}

/** EfficientNet also has both operators, but pads for its Convs only. */
async function padsAverages(path: string): Promise<boolean> {
  const nodes = await findNodes(path, new Set(['Pad', 'AveragePool'])).catch(() => undefined)
  if (nodes === undefined) return true
  const pads = nodes.filter(({ operator }) => operator === 'Pad')
  const averages = nodes.filter(({ operator }) => operator === 'AveragePool')
  // Further nodes, or those of subgraphs, are not read.
  if (nodes.length === nodesMax || pads.length === 0 || averages.length === 0) return true
  const padded = new Set(pads.flatMap(({ outputs }) => outputs))
  return averages.some(({ inputs: [input = ''] }) => padded.has(input))
}

/** The part of a session's `extra` options that leaves fusions out. */
export const withoutFusions = (leftOut: readonly string[]) => ({
  optimization: { disable_specified_optimizers: leftOut.join(';') },
})
