import { expect, it, onTestFinished, vi } from 'vitest'
import { engineEnvironment } from '../../../../gpu-service/engine/engine-environment.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'

it('hides credentials from the process that parses untrusted model files', async () => {
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', '/v2/role')
  vi.stubEnv('SLIPWAY_ADMIN_KEY_SHA256', 'a'.repeat(64))
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const workerUrl = new URL('../support/environment-worker.ts', import.meta.url)
  const engine = new WorkerEngine({ workerUrl, device: 'cpu', environment: engineEnvironment(process.env) })
  onTestFinished(() => engine.close())
  await engine.load({ modelId: 'one', path: 'one.onnx' })
  const { environment } = await engine.run({ modelId: 'one', inputs: {}, outputs: [] })
  const told = JSON.parse(String(environment?.data[0]))
  expect(told).toMatchObject({ CUDA_VISIBLE_DEVICES: '1', PATH: process.env.PATH })
  expect(Object.keys(told).filter((name) => /AWS|SLIPWAY|TOKEN|SECRET|KEY/.test(name))).toEqual([])
})
