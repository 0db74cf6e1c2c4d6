import { expect, it } from 'vitest'
import { sparseModel } from '../../../../gpu-service/tasks/sparse/sparse-model.ts'

const modelOf = (words: number) =>
  sparseModel({
    source: { settings: { device: 'cpu', isolate: 'auto' }, graph: { operators: new Set(), inputs: [] } },
    inputs: { types: { input_ids: 'int64' } },
    texts: { padTokenId: 0, positionOffset: 0, vocabularySize: words },
    config: { pooling: 'max' },
    logits: { shape: ['batch', 'tokens', words] },
  })

it("a run uses the positions of each text's own tokens, however the batch is padded", () => {
  const { inputs } = modelOf(10).encode([
    { ids: [7, 8, 9], wanted: 'vector' },
    { ids: [5], wanted: 'vector' },
  ])
  expect(inputs.slipway_places).toEqual({ type: 'int64', dims: [2, 3], data: BigInt64Array.of(0n, 1n, 2n, 3n, 3n, 3n) })
})
