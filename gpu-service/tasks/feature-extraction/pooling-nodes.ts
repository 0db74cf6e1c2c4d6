import {
  constant,
  floatInput,
  floatOutput,
  floatType,
  type NodeSpec,
  node,
  partialModel,
} from '../../models/onnx-nodes.ts'
import { normalizes, type PoolingConfig } from './pooling-config.ts'
import { stepNodes } from './step-nodes.ts'

export const poolingInput = 'slipway_pooling'
export const maskInput = 'slipway_mask'
export const pooledOutput = 'slipway_embedding'
/** The vector before normalisation, if that is the last step. */
export const rawOutput = 'slipway_raw'

/**
 * Returns nodes that pool and normalise inside the graph, so that the engine returns one vector per text rather than
 * one per token. They avoid operators whose form has changed between opsets, so they fit any exporter's file.
 */
export function poolingNodes({ tokens, ...config }: PoolingNodes): Buffer {
  const weighted = config.modes.filter((mode) => mode !== 'max').length
  const hasMax = config.modes.includes('max')
  const pooled = [weighted > 0 && 'slipway_weighted', hasMax && 'slipway_largest'].filter((name) => name !== false)
  const [only = ''] = pooled
  const steps = stepNodes({ steps: config.steps, input: config.modes.length === 1 ? only : 'slipway_row' })
  const raw = normalizes(config) ? steps.beforeLast : undefined
  const nodes: NodeSpec[] = [
    { operator: 'Cast', inputs: [tokens], output: 'slipway_tokens', attributes: { to: floatType } },
    ...(weighted > 0 ? [multiply] : []),
    ...(hasMax ? largest : []),
    ...(config.modes.length > 1 ? joined(pooled) : []),
    ...steps.nodes,
    { operator: 'Reshape', inputs: [steps.output, 'slipway_flat'], output: pooledOutput },
    ...(raw === undefined ? [] : [{ operator: 'Reshape', inputs: [raw, 'slipway_flat'], output: rawOutput }]),
  ]
  const constants = [...shapes, { name: 'slipway_order', value: orderOf(config.modes, weighted) }, ...steps.constants]
  return partialModel(
    ...nodes.map(node),
    ...constants.filter(({ name }) => nodes.some(({ inputs }) => inputs.includes(name))).map(constant),
    ...(weighted > 0 ? [floatInput(poolingInput, ['slipway_batch', weighted, 'slipway_length'])] : []),
    ...(hasMax ? [floatInput(maskInput, ['slipway_batch', 'slipway_length', 1])] : []),
    floatOutput(pooledOutput, ['slipway_batch', 'slipway_width']),
    ...(raw === undefined ? [] : [floatOutput(rawOutput, ['slipway_batch', 'slipway_width'])]),
  )
}

type PoolingNodes = Pick<PoolingConfig, 'modes' | 'steps'> & {
  /** The output with the token vectors, [batch, length, width]. */
  tokens: string
}

/** The position of each mode's row in the concatenation, where weighted poolings come before max. */
function orderOf(modes: PoolingConfig['modes'], weighted: number): BigInt64Array {
  let next = 0
  return BigInt64Array.from(modes, (mode) => BigInt(mode === 'max' ? weighted : next++))
}

/** Concatenates the rows of several poolings in the configured order. */
const joined = (pooled: string[]): NodeSpec[] => [
  { operator: 'Concat', inputs: pooled, output: 'slipway_rows', attributes: { axis: 1 } },
  { operator: 'Gather', inputs: ['slipway_rows', 'slipway_order'], output: 'slipway_sorted', attributes: { axis: 1 } },
  { operator: 'Reshape', inputs: ['slipway_sorted', 'slipway_as_row'], output: 'slipway_row' },
]

/** Shapes for Reshape: 0 keeps a dimension, -1 infers one. */
const shapes = [
  { name: 'slipway_flat', value: BigInt64Array.of(0n, -1n) },
  { name: 'slipway_as_row', value: BigInt64Array.of(0n, 1n, -1n) },
  { name: 'slipway_as_column', value: BigInt64Array.of(0n, -1n, 1n) },
  { name: 'slipway_least', value: Float32Array.of(1e-12) },
]

const multiply: NodeSpec = { operator: 'MatMul', inputs: [poolingInput, 'slipway_tokens'], output: 'slipway_weighted' }

const largest: NodeSpec[] = [
  { operator: 'Add', inputs: ['slipway_tokens', maskInput], output: 'slipway_masked' },
  {
    operator: 'Transpose',
    inputs: ['slipway_masked'],
    output: 'slipway_channels',
    attributes: { perm: [0, 2, 1] },
  },
  { operator: 'GlobalMaxPool', inputs: ['slipway_channels'], output: 'slipway_peaks' },
  { operator: 'Reshape', inputs: ['slipway_peaks', 'slipway_as_row'], output: 'slipway_largest' },
]
