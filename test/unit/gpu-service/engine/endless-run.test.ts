import { expect, it } from 'vitest'
import { ModelHung } from '../../../../gpu-service/engine/engine.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'

it('ends a run that never ends by itself, tells whose it was, and goes on without it', async () => {
  const lost: string[] = []
  const engine = new WorkerEngine({
    workerUrl: new URL('../support/endless-worker.ts', import.meta.url),
    device: 'cpu',
    runMsMax: 50,
    onLoss: ({ modelId }) => lost.push(modelId),
  })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  await engine.load({ modelId: 'endless', path: 'endless.onnx' })
  await expect(engine.run({ modelId: 'endless', inputs: {}, outputs: [] })).rejects.toThrow(ModelHung)
  expect(lost).toEqual(['endless'])
  await engine.restored()
  await expect(engine.run({ modelId: 'endless', inputs: {}, outputs: [] })).rejects.toThrow('did not come to an end')
  await engine.load({ modelId: 'other', path: 'other.onnx' })
  await expect(engine.run({ modelId: 'good', inputs: {}, outputs: [] })).resolves.toEqual({})
  await engine.close()
})
