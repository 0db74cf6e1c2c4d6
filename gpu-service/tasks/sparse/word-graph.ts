import { errors } from '../../../shared/errors.ts'
import { extendGraph, GraphNotExtended } from '../../models/extend-graph.ts'
import {
  constant,
  floatInput,
  floatOutput,
  floatType,
  graphInput,
  int64Type,
  type NodeSpec,
  node,
  partialModel,
} from '../../models/onnx-nodes.ts'
import type { SparseConfig } from './sparse-config.ts'

/** For each answer the positions of its tokens in the batch, padding included; equally many for each answer. */
export const placesInput = 'slipway_places'
/** 1 for positions that count, else 0. A maximum does not need it, because a repeated position does not change it. */
export const countsInput = 'slipway_counts'
/** The largest logit of every word over an answer's positions. */
export const largestOutput = 'slipway_largest'
/** The sum of every word's weights over an answer's positions. */
export const summedOutput = 'slipway_summed'

/**
 * Extends a graph to return its logits for chosen tokens only, combined into one row per answer. All logits, one per
 * token and word, would be hundreds of megabytes per run. @throws AppError `unsupported_model`
 */
export async function wordGraph({ path, file, logits, gives }: WordGraph): Promise<string> {
  const nodes = [...picked(logits), ...(gives.largest ? largest : []), ...(gives.summed ? summed(gives.summed) : [])]
  const row = ['slipway_answers', 'slipway_vocabulary']
  const places = ['slipway_answers', 'slipway_places_of_each']
  const pieces = partialModel(
    ...nodes.map(node),
    graphInput({ name: placesInput, elementType: int64Type, dims: places }),
    ...(gives.largest ? [floatOutput(largestOutput, row)] : []),
    ...(gives.summed ? [constant(one), floatInput(countsInput, ['slipway_answers', 1, 'slipway_places_of_each'])] : []),
    ...(gives.summed ? [floatOutput(summedOutput, row)] : []),
  )
  return extendGraph({ path, pieces }).catch((error) => {
    if (!(error instanceof GraphNotExtended)) throw error
    throw errors.unsupportedModel(
      `"${file}" cannot be extended to return its logits for chosen tokens: ${error.message}.`,
    )
  })
}

interface WordGraph {
  path: string
  /** Its path in the repo. */
  file: string
  /** The output with a number for every word at every token. */
  logits: string
  gives: { largest?: boolean; summed?: SparseConfig['logarithms'] | undefined }
}

const one = { name: 'slipway_one', value: Float32Array.of(1) }

const picked = (logits: string): NodeSpec[] => [
  { operator: 'Flatten', inputs: [logits], output: 'slipway_tokens', attributes: { axis: 2 } },
  { operator: 'Gather', inputs: ['slipway_tokens', placesInput], output: 'slipway_picked', attributes: { axis: 0 } },
  { operator: 'Cast', inputs: ['slipway_picked'], output: 'slipway_logits', attributes: { to: floatType } },
]

/** ReduceMax has changed its form between opsets; these operators have not. */
const largest: NodeSpec[] = [
  { operator: 'Transpose', inputs: ['slipway_logits'], output: 'slipway_words', attributes: { perm: [0, 2, 1] } },
  { operator: 'GlobalMaxPool', inputs: ['slipway_words'], output: 'slipway_peaks' },
  { operator: 'Flatten', inputs: ['slipway_peaks'], output: largestOutput, attributes: { axis: 1 } },
]

const summed = (logarithms: SparseConfig['logarithms']): NodeSpec[] => [
  { operator: 'Relu', inputs: ['slipway_logits'], output: 'slipway_weight_0' },
  ...[1, 2].slice(0, logarithms).flatMap((turn) => [
    { operator: 'Add', inputs: [`slipway_weight_${turn - 1}`, one.name], output: `slipway_more_${turn}` },
    { operator: 'Log', inputs: [`slipway_more_${turn}`], output: `slipway_weight_${turn}` },
  ]),
  { operator: 'MatMul', inputs: [countsInput, `slipway_weight_${logarithms}`], output: 'slipway_sums' },
  { operator: 'Flatten', inputs: ['slipway_sums'], output: summedOutput, attributes: { axis: 2 } },
]
