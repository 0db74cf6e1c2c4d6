import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { createApi } from '../support/http.ts'
import { isAlive } from '../support/is-alive.ts'
import type { LocalHost } from '../support/local-host.ts'
import { saidSample, start } from './started-host.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The status of one prediction, or why it got no answer. */
const askOnce = (host: LocalHost, agent: Agent): Promise<string> =>
  new Promise((resolve) => {
    const headers = { authorization: `Bearer ${host.key}`, 'content-type': 'application/json' }
    const sent = request(`${host.url}/api/v1/predict/iris`, { method: 'POST', headers, agent }, (response) => {
      response.resume()
      response.on('end', () => resolve(String(response.statusCode)))
      response.on('error', (error) => resolve(`broken off: ${error.message}`))
    })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve(sent.reusedSocket ? `cut off: ${error.message}` : 'not let in'),
    )
    sent.end(JSON.stringify({ inputs: [[5.1, 3.5, 1.4, 0.2]] }))
  })

/** A prediction whose headers have arrived and whose body the server still waits for. */
async function requestInFlight(host: LocalHost, body: string) {
  const headers = { authorization: `Bearer ${host.key}`, 'content-type': 'application/json', expect: '100-continue' }
  const sent = request(`${host.url}/api/v1/predict/iris`, { method: 'POST', headers })
  const answered = once(sent, 'response').then(([response]) => response.resume().statusCode as number)
  sent.flushHeaders()
  await once(sent, 'continue')
  return { answered, finish: () => sent.end(body) }
}

describe('npm start', () => {
  it('continues after kill -9 with everything it had', async () => {
    const host = await start()
    await saidSample(host)
    await host.kill()
    const again = await start({ dataDir: host.dataDir })
    const api = createApi(again)
    expect((await api.get('/api/v1/repos/slipway/iris')).status).toBe(200)
    await eventually(
      () => api.post('/api/v1/predict/iris', { inputs: [[1, 2, 3, 4]] }),
      ({ status }) => status === 200,
    )
  })

  it('finishes the requests in flight on SIGTERM and exits with 0', async () => {
    const host = await start()
    await saidSample(host)
    const { answered, finish } = await requestInFlight(host, JSON.stringify({ inputs: [[5.1, 3.5, 1.4, 0.2]] }))
    const code = host.stop()
    await eventually(
      async () => host.said(),
      (said) => said.includes('stopping'),
    )
    finish()
    expect(await answered).toBe(200)
    expect(await code).toBe(0)
  })

  it('ends with the npm that started it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const env = { ...process.env, PORT: '0', SLIPWAY_DATA: folder }
    const npm = spawn('npm', ['start', '--', '--no-sample'], { cwd: root, env, stdio: 'ignore' })
    const pidOf = async () =>
      readFile(join(folder, 'running.json'), 'utf8').then(
        (text) => JSON.parse(text).pid,
        () => undefined,
      )
    const pid = await eventually(pidOf, (found) => found !== undefined)
    npm.kill('SIGTERM')
    await eventually(
      async () => isAlive(pid),
      (alive) => !alive,
    )
    await rm(folder, { recursive: true, force: true })
  })

  it('loses no request of clients with persistent connections when it stops', async () => {
    const host = await start()
    await saidSample(host)
    const agent = new Agent({ keepAlive: true, maxSockets: 16 })
    const outcomes: string[] = []
    const client = async () => {
      while (outcomes.length < 100_000) {
        const outcome = await askOnce(host, agent)
        outcomes.push(outcome)
        if (outcome !== '200') return
      }
    }
    const clients = Array.from({ length: 16 }, client)
    await eventually(
      async () => outcomes.length,
      (count) => count > 200,
    )
    expect(await host.stop()).toBe(0)
    await Promise.all(clients)
    agent.destroy()
    // Once it has stopped, a new connection is refused: that request was never accepted.
    expect(new Set(outcomes)).toEqual(new Set(['200', 'not let in']))
  })
})
