import { copyFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { EngineDied } from '../../../../gpu-service/engine/engine.ts'
import { temporaryFolder } from '../support/folders.ts'
import { path, useEngines } from '../support/worker-engines.ts'

const start = useEngines()

it('leaves no half-written weights of a process that is killed in a load, however often', async () => {
  const folder = await temporaryFolder()
  const model = { modelId: 'iris', path: join(folder, 'model.onnx') }
  await copyFile(path, model.path)
  const engine = start({ workerUrl: new URL('../support/killed-in-load-worker.ts', import.meta.url) })
  for (let load = 0; load < 3; load++) await expect(engine.load(model)).rejects.toBeInstanceOf(EngineDied)
  expect(await readdir(folder)).toEqual(['model.onnx'])
})
