import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const startFile = fileURLToPath(new URL('../../infra/local/start.ts', import.meta.url))

export interface LocalHost {
  url: string
  key: string
  pid: number | undefined
  dataDir: string
  /** Its output so far. */
  said: () => string
  /** Stops it and resolves to its exit code. */
  stop(): Promise<number | null>
  /** `kill -9`. */
  kill(): Promise<void>
  /** Stops it and removes its data. */
  close(): Promise<void>
}

interface LocalHostOptions {
  /** A data folder to continue with; by default a new one that `close` removes. */
  dataDir?: string
  environment?: Record<string, string>
  parameters?: string[]
  /** A command that replaces itself with the one after it. */
  launcher?: readonly string[]
}

/** Starts the product like `npm start`, on a free port, in its own folder and process. */
export async function startLocalHost({
  dataDir,
  environment = {},
  parameters = [],
  launcher = [],
}: LocalHostOptions = {}): Promise<LocalHost> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'slipway-')))
  const [command = '', ...words] = [...launcher, process.execPath, startFile, ...parameters]
  const child = spawn(command, words, {
    env: { PATH: process.env.PATH, PORT: '0', SLIPWAY_DATA: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const exited = once(child, 'exit')

  const { url } = await runningAs(child, folder, () => said)
  const key = (await readFile(join(folder, 'key'), 'utf8')).trim()
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [code] = await exited
    return code as number | null
  }
  return {
    url,
    key,
    pid: child.pid,
    dataDir: folder,
    said: () => said,
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL')
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** Runs a start that is expected to end by itself. */
export async function runLocalHost(environment: Record<string, string>, parameters: string[] = []) {
  const env = { PATH: process.env.PATH, PORT: '0', ...environment }
  const child = spawn(process.execPath, [startFile, ...parameters], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const [code] = await once(child, 'exit')
  return { code: code as number | null, said }
}

/** Reads the file in which the process says how to reach it; the file of an earlier process has another pid. */
async function runningAs(child: ChildProcess, folder: string, said: () => string): Promise<{ url: string }> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the local host ended: ${said()}`)
    const running = await readFile(join(folder, 'running.json'), 'utf8').then(JSON.parse, () => undefined)
    if (running?.pid === child.pid) return running
    await wait(25)
  }
  throw new Error(`the local host did not start within 30 s: ${said()}`)
}
