import { findNodes } from '../models/find-nodes.ts'
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
  return (
    operators.has('Pad') &&
    (operators.has('MaxPool') || (operators.has('AveragePool') && padsAverages(path, operators)))
  )
}

/** Operators that compute something new of what was padded. The runtime removes others if they change nothing. */
const computing = new Set(['Conv', 'ConvInteger', 'QLinearConv', 'ConvTranspose', 'Gemm', 'MatMul', 'MaxPool'])
/** Operators with subgraphs. */
const branching = new Set(['If', 'Loop', 'Scan'])
const nodesMax = 20_000

/** EfficientNet also has both operators, but pads for its Convs only. */
async function padsAverages(path: string, operators: ReadonlySet<string>): Promise<boolean> {
  const nodes = await findNodes(path, operators.difference(computing), nodesMax).catch(() => undefined)
  // Further nodes are not read.
  if (nodes === undefined || nodes.length === nodesMax) return true
  const named = new Set(nodes.map(({ operator }) => operator))
  // The nodes of subgraphs and functions are not read either.
  if (!named.has('Pad') || !named.has('AveragePool') || !named.isDisjointFrom(branching)) return true
  const padded = new Set<string>()
  for (const { operator, inputs, outputs } of nodes) {
    const isPadded = operator === 'Pad' || inputs.some((input) => padded.has(input))
    if (isPadded && operator === 'AveragePool') return true
    if (isPadded) for (const output of outputs) padded.add(output)
  }
  return false
}

/** The part of a session's `extra` options that leaves fusions out. */
export const withoutFusions = (leftOut: readonly string[]) => ({
  optimization: { disable_specified_optimizers: leftOut.join(';') },
})
