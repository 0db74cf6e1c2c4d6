import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { lockAlone } from '../../../../gpu-service/models/folder-lock.ts'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { temporaryFolder } from '../support/folders.ts'
import { createMemoryObjects } from '../support/memory-objects.ts'

const script = fileURLToPath(new URL('../support/cache-process.ts', import.meta.url))

function start(...parameters: string[]): ChildProcess {
  const child = fork(script, parameters, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const revision = 'a'.repeat(40)

it('keeps files that another process uses, and removes them once that process was killed', async () => {
  const root = await temporaryFolder()
  const other = start(root, 'hold')
  expect((await once(other, 'message'))[0]).toBe('held')
  const cache = new ModelCache({ objects: createMemoryObjects(), root, maxBytes: 0 })
  await cache.trim()
  expect(existsSync(join(root, revision, 'onnx/model.onnx'))).toBe(true)
  const gone = once(other, 'exit')
  other.kill('SIGKILL')
  await gone
  await cache.trim()
  expect(existsSync(join(root, revision))).toBe(false)
})

it('removes the fresh partial files of a killed process at start, unless another process may be writing them', async () => {
  const root = await temporaryFolder()
  const partial = join(root, revision, 'onnx/weights.0000.partial')
  const startedBeside = async () => {
    const cache = new ModelCache({ objects: createMemoryObjects(), root })
    await cache.sweep()
    cache.close()
    return existsSync(partial)
  }
  const other = start(root, 'hold')
  await once(other, 'message')
  await writeFile(partial, 'half of a large model')
  expect(await startedBeside()).toBe(true)
  const gone = once(other, 'exit')
  other.kill('SIGKILL')
  await gone
  expect(await startedBeside()).toBe(false)
})

it('releases the writer lock if closed while it starts', async () => {
  const root = await temporaryFolder()
  const cache = new ModelCache({ objects: createMemoryObjects(), root })
  const swept = cache.sweep()
  cache.close()
  await swept
  const alone = lockAlone(join(root, 'locks', 'writers.lock'))
  expect(alone).toBeDefined()
  alone?.release()
})

it('never takes away a file that a process holds, while three of them fill and empty the folder', async () => {
  const root = await temporaryFolder()
  const ends = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = start(root, 'churn', '60')
      const [code] = await once(child, 'exit')
      return code
    }),
  )
  expect(ends).toEqual([0, 0, 0])
  const left = (await readdir(root, { recursive: true })).filter((name) => name.includes('.partial'))
  expect(left).toEqual([])
})
