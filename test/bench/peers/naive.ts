import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { RealModel } from '../../support/real-models.ts'

export interface Peer {
  port: number
  close(): Promise<void>
}

const run = promisify(execFile)
const source = fileURLToPath(new URL('./naive/', import.meta.url))
/** Outside the project, because its `npm ci` must not install it; kept for the next run. */
const folder = join(tmpdir(), 'slipway-bench-naive-4.3.1')

/** @throws Error with the reason if it is not available here */
export async function startNaive({ model, dtype }: { model: RealModel; dtype: string }): Promise<Peer> {
  if (!existsSync(join(folder, 'node_modules/@huggingface/transformers/package.json'))) {
    await mkdir(folder, { recursive: true })
    await cp(source, folder, { recursive: true })
    // Its install scripts would download CUDA.
    const options = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
    await run('npm', options, { cwd: folder, timeout: 180_000 })
  }
  await cp(source, folder, { recursive: true })
  const child = fork(join(folder, 'server.mjs'), [model.folder, dtype], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const told = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
  if (told === undefined) throw new Error('the server ended before it answered')
  const [{ port }] = told as [{ port: number }]
  return {
    port,
    async close() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
