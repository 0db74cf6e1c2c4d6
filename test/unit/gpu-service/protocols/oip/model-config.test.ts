import { expect, it } from 'vitest'
import type { Route } from '../../../../../gpu-service/deployments/route.ts'
import { modelConfig } from '../../../../../gpu-service/protocols/oip/metadata.ts'
import { tensorModel } from '../../../../../gpu-service/tasks/tensors/tensor-model.ts'
import { createTensors } from '../../../../../gpu-service/tasks/tensors/tensors.ts'

const inputs = [{ name: 'x', type: 'float32', shape: ['batch', 4] }]
const graph = { graph: 'main', inputs, outputs: [], hidden: undefined }

it.each(['cpu', 'cuda'] as const)('the config of a model states how many rows share a run on %s', (device) => {
  const noBatcher = () => {
    throw new Error('nobody asks')
  }
  const tensors = createTensors({ ...graph, device, isolate: 'never', rowsAreIndependent: true }, noBatcher)
  const route = { item: { file: 'model.onnx' }, service: { capabilities: { tensors } } } as unknown as Route
  expect(modelConfig('m', route).max_batch_size).toBe(tensorModel({ ...graph, device }).itemsMax)
})
