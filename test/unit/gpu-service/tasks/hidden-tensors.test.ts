import { expect, it } from 'vitest'
import type { Tensor } from '../../../../gpu-service/engine/engine.ts'
import type { EmbeddingGraph } from '../../../../gpu-service/tasks/feature-extraction/embedding-graph.ts'
import { hiddenTensors } from '../../../../gpu-service/tasks/feature-extraction/hidden-tensors.ts'
import { poolingInput } from '../../../../gpu-service/tasks/feature-extraction/pooling-nodes.ts'

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
