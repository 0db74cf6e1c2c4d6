import { expect, it } from 'vitest'
import { sparseModel } from '../../../../gpu-service/tasks/sparse/sparse-model.ts'

const modelOf = (vocabularySize: number | undefined, device: 'cpu' | 'cuda' = 'cpu') =>
  sparseModel({
    source: { settings: { device, isolate: 'auto' }, graph: { operators: new Set() } },
    inputs: { input_ids: 'int64' },
    texts: { padTokenId: 0, positionOffset: 0, vocabularySize },
    config: { pooling: 'max' },
  })

it.each([
  [30_522, 'cpu', 384],
  [undefined, 'cpu', 384],
  [250_002, 'cpu', 67],
  [30_522, 'cuda', 2048],
  [250_002, 'cuda', 268],
  [0, 'cpu', 384],
  [2 ** 40, 'cpu', 1],
] as const)('a vocabulary of %s words on %s lets a run of texts together have %i tokens', (words, device, costMax) => {
  expect(modelOf(words, device).costMax).toBe(costMax)
})

it('a run asks for each text by the places of its own tokens, however the batch is padded', () => {
  const { inputs } = modelOf(10).encode([
    { ids: [7, 8, 9], wanted: 'vector' },
    { ids: [5], wanted: 'vector' },
  ])
  expect(inputs.slipway_places).toEqual({ type: 'int64', dims: [2, 3], data: BigInt64Array.of(0n, 1n, 2n, 3n, 3n, 3n) })
})
