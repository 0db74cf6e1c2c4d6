import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { blocksOf, shows } from '../support/readme-blocks.ts'
import { modelsFolder } from '../support/real-models.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const minilm = 'sentence-transformers/all-MiniLM-L6-v2'
const tiny = fileURLToPath(new URL('../fixtures/models/slipway-tests/tiny-embedder', import.meta.url))
const blocks = blocksOf(readFileSync(join(root, 'README.md'), 'utf8'))

let hub: Hub
let dataDir: string
let port: number
let environment: Record<string, string>
let server: ChildProcess | undefined
let said = ''

beforeAll(async () => {
  // Tests cannot reach the Hub: a stand-in has the model under its name.
  hub = await startHub({ repos: { [minilm]: modelsFolder === undefined ? tiny : join(modelsFolder, minilm) } })
  dataDir = await mkdtemp(join(tmpdir(), 'slipway-'))
  port = await freePort()
  const { PATH = '', HOME = '' } = process.env
  environment = {
    PATH,
    HOME,
    PORT: String(port),
    SLIPWAY_DATA: dataDir,
    HF_ENDPOINT: hub.url,
    SLIPWAY_BENCH_SECONDS: '0.2',
  }
})
afterAll(async () => {
  if (server?.pid !== undefined && server.exitCode === null) {
    const exited = once(server, 'exit')
    process.kill(-server.pid, 'SIGTERM')
    await exited
  }
  await hub.close()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

/** The README's own text, with a free port and a temporary data folder. */
const here = (text: string) => text.replaceAll(':8000', `:${port}`).replaceAll('.slipway/', `${dataDir}/`)

const run = (text: string) =>
  promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', here(text)], {
    cwd: root,
    env: environment,
    maxBuffer: 1 << 26,
  })

async function startServer() {
  server = spawn('npm', ['start'], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text: Buffer) => (said += text.toString()))
  await eventually(
    async () => said,
    (text) => text.includes('sample 4/4'),
    60_000,
  )
}

describe('the README', () => {
  for (const [index, { kind, text, heading }] of blocks.entries()) {
    const title = `${heading}: ${text.split('\n')[0]}`
    const next = blocks[index + 1]
    if (kind === 'sh aws') it.skip(`${title} (needs an AWS account)`)
    else if (kind !== 'sh' || text === 'npm test') continue
    else if (text === 'npm start')
      it(title, async () => {
        await startServer()
        if (next?.kind === 'text') {
          const unfolded = said.replaceAll('\\"', '"')
          expect(shows(unfolded, here(next.text)), unfolded).toBe(true)
        }
      })
    else
      it(title, async () => {
        const { stdout } = await run(text)
        if (next?.kind === 'json') expect(rounded(JSON.parse(stdout))).toEqual(rounded(JSON.parse(next.text)))
      }, 300_000)
  }

  it('has no placeholder left to fill in', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).not.toMatch(/^[A-Z_]{6,}$/m)
  })

  it('names the test command that CI runs', async () => {
    expect(blocks.find(({ heading }) => heading === 'Test')).toMatchObject({ kind: 'sh', text: 'npm test' })
    expect(await readFile(join(root, '.github/workflows/ci.yml'), 'utf8')).toContain('bash .ci/run')
  })
})

/** The last digits of a float differ between processors. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1e5) / 1e5
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rounded(inner)]))
  return value
}
