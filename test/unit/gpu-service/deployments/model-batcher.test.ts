import { expect, it } from 'vitest'
import { observeBatches } from '../../../../gpu-service/batcher/batch-observer.ts'
import { createModelBatcher, type ModelBatcherOptions } from '../../../../gpu-service/deployments/model-batcher.ts'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { createMetrics } from '../../../../shared/metrics.ts'

type Options = ModelBatcherOptions<number, number>

/** The error code for an input for which the engine had too little memory. */
async function failureOn({ device, hasNeighbours }: { device: 'cpu' | 'cuda'; hasNeighbours: boolean }) {
  const limits = { wasteMax: 0.1, runMsMax: 50, queuedMax: 10, waitMsMax: 1000, engineMsMax: 60_000 }
  const { batcher } = createModelBatcher<number, number>({
    model: {
      graph: 'main',
      sizeOf: () => 1,
      costMax: 8,
      itemsMax: 8,
      encode: () => ({ inputs: {}, outputs: [] }),
      decode: () => [],
    },
    lease: { modelId: 'm', hasNeighbours, gate: () => ({ wake() {} }) } as unknown as Options['lease'],
    item: { name: 'd' },
    parts: { pool: { waitMs: () => 0, engineCount: 1 }, limits, device } as unknown as Options['parts'],
    observe: observeBatches({ deployment: 'd', task: 'tensors' }, createMetrics()),
  })
  const failed = batcher.submit(1).catch(({ code }: { code: string }) => code)
  const run = () => Promise.reject(new Error('CUDA failure 2: out of memory'))
  await batcher.work({ run } as unknown as Engine, 1)
  return failed
}

it.each([
  ['a GPU beside other models is told to come again', { device: 'cuda', hasNeighbours: true }, 'engine_memory_short'],
  ['a GPU that it has for itself is too large', { device: 'cuda', hasNeighbours: false }, 'inference_failed'],
  ['a machine is too large, whatever else is loaded', { device: 'cpu', hasNeighbours: true }, 'inference_failed'],
] as const)('running out of memory on %s', async (_where, engines, code) => {
  expect(await failureOn(engines)).toBe(code)
})
