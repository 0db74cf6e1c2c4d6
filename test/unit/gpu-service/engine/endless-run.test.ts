import { expect, it } from 'vitest'
import { ModelHung } from '../../../../gpu-service/engine/engine.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'

it('gives up a run that never ends, tells whose it was, and goes on with a new thread', async () => {
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
  // The thread that the model holds is said, because nothing but the end of the process ends it.
  await expect(engine.close()).rejects.toThrow(ModelHung)
})
