import { expect, it } from 'vitest'
import type { Tensor } from '../../../../gpu-service/engine/engine.ts'
import type { EmbeddingGraph } from '../../../../gpu-service/tasks/feature-extraction/embedding-graph.ts'
import { hiddenTensors } from '../../../../gpu-service/tasks/feature-extraction/hidden-tensors.ts'
import { maskInput, poolingInput } from '../../../../gpu-service/tasks/feature-extraction/pooling-nodes.ts'

const made = { pooledBy: 'nodes', outputs: { vector: 'pooled' }, width: { text: 2 } } as EmbeddingGraph

const masks: Pick<Tensor, 'type' | 'data'>[] = [
  { type: 'int64', data: BigInt64Array.of(1n, 1n, 1n, 0n) },
  { type: 'int32', data: Int32Array.of(1, 1, 1, 0) },
  { type: 'bool', data: Uint8Array.of(1, 1, 1, 0) },
  { type: 'float32', data: Float32Array.of(1, 1, 1, 0) },
]

it.each(masks)('excludes padding from pooling for a tensor request with a mask of $type', (mask) => {
  const hidden = hiddenTensors({ made, pooling: { modes: ['mean'] } as never })
  const dims = [1, 4]
  const ids: Tensor = { type: 'int64', dims, data: BigInt64Array.of(3n, 50n, 4n, 0n) }
  const filled = hidden?.fill({ inputs: { input_ids: ids, attention_mask: { ...mask, dims } }, outputs: ['pooled'] })
  const weights = Array.from((filled?.[poolingInput]?.data ?? []) as Float32Array)
  expect(weights.map((weight) => weight > 0)).toEqual([true, true, true, false])
})

const tensor = (rows: number[][]): Tensor => ({
  type: 'int64',
  dims: [rows.length, rows[0]?.length ?? 0],
  data: BigInt64Array.from(rows.flat(), BigInt),
})
const fill = (inputs: Record<string, Tensor>, { modes = ['mean'], outputs = ['pooled'] } = {}) =>
  hiddenTensors({ made, pooling: { modes } as never })?.fill({ inputs, outputs })
const counted = (numbers: Tensor | undefined, counts: (number: number) => boolean) =>
  Array.from((numbers?.data ?? []) as Float32Array, counts)
const weighed = (given: ReturnType<typeof fill>) => counted(given?.[poolingInput], (weight) => weight > 0)

it('pools each row of a tensor request by its own mask, or all tokens without one', () => {
  const rows = [
    [1, 1, 1],
    [1, 0, 0],
    [1, 1, 0],
  ]
  const ids = tensor(rows.map((row) => row.map(() => 7)))
  expect(weighed(fill({ input_ids: ids, attention_mask: tensor(rows) }))).toEqual(rows.flat().map((mark) => mark === 1))
  expect(weighed(fill({ input_ids: ids }))).toEqual(Array(9).fill(true))
})

it.each([
  [
    [
      [1, 1],
      [0, 1],
    ],
  ],
  [[[1, 1, 0, 1]]],
  [[[0, 0]]],
])('refuses the mask %j for the pooled vector, which would be wrong, and takes it for other outputs', (rows) => {
  const inputs = { input_ids: tensor(rows), attention_mask: tensor(rows) }
  const refusal = { code: 'invalid_input', param: 'attention_mask' }
  expect(() => fill(inputs)).toThrow(expect.objectContaining(refusal))
  expect(fill(inputs, { outputs: ['last_hidden_state'] })).toBeDefined()
})

it.each([
  [['mean'], [poolingInput]],
  [['max'], [maskInput]],
  [
    ['cls', 'max'],
    [poolingInput, maskInput],
  ],
])('fills the pooling inputs of %j only', (modes, names) => {
  const inputs = { input_ids: tensor([[5, 0]]), attention_mask: tensor([[1, 0]]) }
  const filled = fill(inputs, { modes })
  expect(Object.keys(filled ?? {})).toEqual(names)
  if (modes.includes('max')) expect(counted(filled?.[maskInput], (added) => added === 0)).toEqual([true, false])
  if (modes.includes('cls')) expect(filled?.[poolingInput]?.dims).toEqual([1, 1, 2])
})

it.each([
  { ...made, pooledBy: 'service' },
  { ...made, pooledBy: 'file' },
  { ...made, outputs: {} },
])('offers no pooled vector of a graph that has none: %j', (graph) => {
  expect(hiddenTensors({ made: graph as EmbeddingGraph, pooling: { modes: ['mean'] } as never })).toBeUndefined()
})
