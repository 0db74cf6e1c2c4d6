import type { Tensor } from '../../engine/engine.ts'
import { extendGraph } from '../../models/extend-graph.ts'
import { floatOutput, graphInput, node, partialModel } from '../../models/onnx-nodes.ts'
import { assertNumbers } from '../text/text-model.ts'
import type { MaskedRow } from './fill-mask.ts'

export const masksInput = 'slipway_masks'
export const maskedOutput = 'slipway_masked'
const int64 = 7

/**
 * A graph that gives its numbers for the masks only. The rest, one per token and word of the vocabulary, would be
 * hundreds of megabytes a run that nobody asked for.
 */
export const gatherMasks = ({ path, output }: { path: string; output: string }): Promise<string> =>
  extendGraph({
    path,
    pieces: partialModel(
      node({ operator: 'Flatten', inputs: [output], output: 'slipway_tokens', attributes: { axis: 2 } }),
      node({
        operator: 'Gather',
        inputs: ['slipway_tokens', masksInput],
        output: maskedOutput,
        attributes: { axis: 0 },
      }),
      graphInput({ name: masksInput, elementType: int64, dims: ['slipway_masks_of_batch'] }),
      floatOutput(maskedOutput, ['slipway_masks_of_batch', 'slipway_vocabulary']),
    ),
  })

/** Where the masks are among all tokens of a batch, padding included. */
export function masksTensor(batch: readonly MaskedRow[]): Tensor {
  const width = batch.reduce((longest, { ids }) => Math.max(longest, ids.length), 0)
  const places = batch.flatMap(({ masks }, row) => masks.map((position) => BigInt(row * width + position)))
  return { type: 'int64', dims: [places.length], data: BigInt64Array.from(places) }
}

/** What the graph says of each mask, row by row. */
export function maskRows({ tensor, batch }: MaskRows): Float32Array<ArrayBuffer>[][] {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('the output is not float32')
  const { data, dims } = tensor
  const vocabulary = dims.at(-1) ?? 0
  let mask = 0
  return batch.map(({ masks }) =>
    masks.map(() => {
      const start = mask++ * vocabulary
      return assertNumbers(data.subarray(start, start + vocabulary))
    }),
  )
}

interface MaskRows {
  tensor: Tensor | undefined
  batch: readonly MaskedRow[]
}
