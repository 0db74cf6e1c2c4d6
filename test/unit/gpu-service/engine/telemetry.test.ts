import { copyFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/folders.ts'
import { outputs, path, row, useEngines } from '../support/worker-engines.ts'

const newEngine = useEngines()

it('records nothing about models for the vendor of the runtime, neither when it maps nor when it runs them', async () => {
  // The runtime keeps what it has not sent yet in the home folder, and a log in the one for temporary files.
  const home = await temporaryFolder()
  const copy = join(await temporaryFolder(), 'model.onnx')
  await copyFile(path, copy)
  const engine = newEngine({ environment: { HOME: home, XDG_CACHE_HOME: home, TMPDIR: home }, mapBytesMin: 0 })
  await engine.load({ modelId: 'iris', path: copy })
  await engine.run({ modelId: 'iris', inputs: row(), outputs })
  await engine.close()
  expect(await readdir(home)).toEqual([])
})
