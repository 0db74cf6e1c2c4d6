import {
  constant,
  floatInput,
  floatOutput,
  floatType,
  type NodeSpec,
  node,
  partialModel,
} from '../../models/onnx-nodes.ts'
import type { PoolingConfig } from './pooling-config.ts'

export const poolingInput = 'slipway_pooling'
export const pooledOutput = 'slipway_embedding'

/**
 * The nodes that pool and normalise inside the graph, so that one vector per text leaves the engine and not one per
 * token. Operators whose form has changed between opsets are avoided: the pieces fit any exporter's file.
 */
export function poolingNodes({ pooling, normalize, tokens }: PoolingNodes): Buffer {
  const chain: NodeSpec[] = [
    { operator: 'Cast', inputs: [tokens], output: 'slipway_tokens', attributes: { to: floatType } },
    ...(pooling === 'max' ? largest : weighted),
    ...(normalize ? unit : []),
    { operator: 'Reshape', inputs: [normalize ? 'slipway_unit' : 'slipway_row', 'slipway_flat'], output: pooledOutput },
  ]
  const dims = pooling === 'max' ? ['slipway_batch', 'slipway_length', 1] : ['slipway_batch', 1, 'slipway_length']
  return partialModel(
    ...chain.map(node),
    ...constants.filter(({ name }) => chain.some(({ inputs }) => inputs.includes(name))).map(constant),
    floatInput(poolingInput, dims),
    floatOutput(pooledOutput, ['slipway_batch', 'slipway_width']),
  )
}

/** Shapes for Reshape: 0 keeps a dimension, -1 takes what is left. */
const constants = [
  { name: 'slipway_flat', value: BigInt64Array.of(0n, -1n) },
  { name: 'slipway_as_row', value: BigInt64Array.of(0n, 1n, -1n) },
  { name: 'slipway_as_column', value: BigInt64Array.of(0n, -1n, 1n) },
  { name: 'slipway_least', value: Float32Array.of(1e-12) },
]

type PoolingNodes = Pick<PoolingConfig, 'pooling' | 'normalize'> & {
  /** The output of token vectors, [batch, length, width]. */
  tokens: string
}

const weighted: NodeSpec[] = [{ operator: 'MatMul', inputs: [poolingInput, 'slipway_tokens'], output: 'slipway_row' }]

const largest: NodeSpec[] = [
  { operator: 'Add', inputs: ['slipway_tokens', poolingInput], output: 'slipway_masked' },
  {
    operator: 'Transpose',
    inputs: ['slipway_masked'],
    output: 'slipway_channels',
    attributes: { perm: [0, 2, 1] },
  },
  { operator: 'GlobalMaxPool', inputs: ['slipway_channels'], output: 'slipway_largest' },
  { operator: 'Reshape', inputs: ['slipway_largest', 'slipway_as_row'], output: 'slipway_row' },
]

/** A row times itself as a column is the square of its length. */
const unit: NodeSpec[] = [
  { operator: 'Reshape', inputs: ['slipway_row', 'slipway_as_column'], output: 'slipway_column' },
  { operator: 'MatMul', inputs: ['slipway_row', 'slipway_column'], output: 'slipway_square' },
  { operator: 'Sqrt', inputs: ['slipway_square'], output: 'slipway_norm' },
  { operator: 'Max', inputs: ['slipway_norm', 'slipway_least'], output: 'slipway_length_of_row' },
  { operator: 'Div', inputs: ['slipway_row', 'slipway_length_of_row'], output: 'slipway_unit' },
]
