import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { table } from '../../../shared/client/terminal.ts'

const slipway = fileURLToPath(new URL('../../../shared/client/slipway.mjs', import.meta.url))
const job = { id: 'imp_1', repo: 'acme/one', state: 'PENDING', bytesDone: 0, bytesHeld: 0 }
const deployment = { name: 'one', url: '/api/v1/predict/one', repo: 'acme/one', task: 'fill-mask', state: 'READY' }

let server: Server
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json')
    if (url?.startsWith('/api/v1/predict')) return response.end('["answer"]')
    response.end(JSON.stringify(url?.startsWith('/api/v1/imports') ? job : deployment))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

/** Runs the CLI with one of its outputs closed by the reader; returns what came on the other. */
async function reading(closed: 'stdout' | 'stderr', ...parameters: string[]) {
  const { port } = server.address() as AddressInfo
  const env = { PATH: process.env.PATH, SLIPWAY_URL: `http://127.0.0.1:${port}`, SLIPWAY_API_KEY: 'hf_x' }
  const child = spawn(process.execPath, [slipway, ...parameters], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child[closed].destroy()
  let said = ''
  child[closed === 'stdout' ? 'stderr' : 'stdout'].on('data', (text: Buffer) => {
    said += text.toString()
  })
  const [code] = await once(child, 'close')
  return { code, said }
}

describe('the output of the CLI', () => {
  it('is complete if nobody reads standard error', async () => {
    expect(await reading('stderr', 'predict', 'one', '1')).toEqual({ code: 0, said: '["answer"]\n' })
  })

  it('ends without an error if its reader closes it', async () => {
    const { code, said } = await reading('stdout', 'predict', 'one', '1')
    expect({ code, isQuiet: !said.includes('EPIPE') }).toEqual({ code: 0, isQuiet: true })
  })

  it('can hold any number of table rows', () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => [`row ${n}`, 'x'])
    expect(table(['NAME', 'IS'], rows).split('\n').slice(0, 2)).toEqual(['NAME         IS', 'row 0        x'])
  })
})

describe('an interrupted command', () => {
  it('says that the work continues, and ends with SIGINT', async () => {
    const { port } = server.address() as AddressInfo
    const env = { PATH: process.env.PATH, SLIPWAY_URL: `http://127.0.0.1:${port}`, SLIPWAY_API_KEY: 'hf_x' }
    const child = spawn(process.execPath, [slipway, 'pull', 'acme/one'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString()
      if (said.includes('listing the source')) child.kill('SIGINT')
    })
    const [, signal] = await once(child, 'close')
    expect({ signal, said }).toEqual({
      signal: 'SIGINT',
      said: expect.stringContaining('The import continues on the server'),
    })
  })
})
