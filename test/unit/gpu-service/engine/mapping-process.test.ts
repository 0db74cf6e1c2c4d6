import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { isAlive } from '../../../support/is-alive.ts'
import { temporaryFolder } from '../support/folders.ts'

it.skipIf(!existsSync('/usr/bin/setpriv'))('dies with the engine that asked for a mapped graph', async () => {
  const path = join(await temporaryFolder(), 'model.onnx')
  await writeFile(path, '')
  const engine = fork(new URL('../support/mapping-host.ts', import.meta.url), [path])
  const pid = Number(
    await eventually(
      () => readFile(path, 'utf8'),
      (text) => text !== '',
    ),
  )
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')))
  expect(isAlive(pid)).toBe(true)
  engine.kill('SIGKILL')
  await eventually(
    async () => isAlive(pid),
    (alive) => !alive,
  )
})
