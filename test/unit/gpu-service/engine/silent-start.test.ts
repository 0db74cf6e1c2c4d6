import { expect, it, onTestFinished } from 'vitest'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'

it('gives up a process that never answers, and fails all who wait for it', async () => {
  const workerUrl = new URL('../support/silent-worker.ts', import.meta.url)
  const engine = new WorkerEngine({ workerUrl, device: 'cpu', startMsMax: 200 })
  onTestFinished(() => engine.close())
  const told = { name: 'EngineDied', message: 'the engine did not start within 0.2 s' }
  await expect(engine.load({ modelId: 'any', path: 'any.onnx' })).rejects.toMatchObject(told)
  await expect(engine.run({ modelId: 'any', inputs: {}, outputs: [] })).rejects.toMatchObject(told)
})
