import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { startDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { createApi } from '../support/http.ts'
import { type LocalHost, runLocalHost, startLocalHost } from '../support/local-host.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const hosts: LocalHost[] = []
const start = async (...options: Parameters<typeof startLocalHost>) => {
  const host = await startLocalHost(...options)
  hosts.push(host)
  return host
}
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close()
})

const saidSample = (host: LocalHost) =>
  eventually(
    async () => host.said(),
    (said) => said.includes('sample 4/4'),
  )

/** The status of one prediction, or how it went without an answer. */
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

/** A prediction whose headers the server has, and whose body it still waits for. */
async function requestInFlight(host: LocalHost, body: string) {
  const headers = { authorization: `Bearer ${host.key}`, 'content-type': 'application/json', expect: '100-continue' }
  const sent = request(`${host.url}/api/v1/predict/iris`, { method: 'POST', headers })
  const answered = once(sent, 'response').then(([response]) => response.resume().statusCode as number)
  sent.flushHeaders()
  await once(sent, 'continue')
  return { answered, finish: () => sent.end(body) }
}

describe('npm start', () => {
  it('makes the admin key, tells a log no more than where it is kept, and does the main job in front of the newcomer', async () => {
    const host = await start()
    expect(host.key).toMatch(/^hf_[0-9a-f]{64}$/)
    expect((await stat(join(host.dataDir, 'key'))).mode & 0o777).toBe(0o600)
    expect(host.said()).toMatch(/key +hf_… {2}\(not shown; kept in .*key\)\n/)
    expect(host.said()).not.toContain(host.key)
    await saidSample(host)
    expect(host.said()).toContain('setosa')

    const api = createApi(host)
    const { body } = await api.post('/api/v1/predict/iris', { inputs: [[5.1, 3.5, 1.4, 0.2]] })
    expect(body[0].label).toBe('setosa')
    expect(await host.stop()).toBe(0)

    const again = await start({ dataDir: host.dataDir })
    expect(again.key).toBe(host.key)
    expect(again.said()).not.toContain(host.key)
    const served = async () =>
      (await createApi(again).post('/api/v1/predict/iris', { inputs: [[5.1, 3.5, 1.4, 0.2]] })).status
    expect(await eventually(served, (status) => status === 200)).toBe(200)
  })

  it('skips the sample with --no-sample', async () => {
    const host = await start({ parameters: ['--no-sample'] })
    expect((await createApi(host).get('/api/v1/repos')).body.items).toEqual([])
    expect(host.said()).not.toContain('sample')
  })

  it('says that the data folder is in use, and by whom', async () => {
    const host = await start({ parameters: ['--no-sample'] })
    const { code, said } = await runLocalHost({ SLIPWAY_DATA: host.dataDir })
    expect(code).toBe(1)
    expect(said).toContain('already')
    expect(said).toContain(host.url)
  })

  it('says that the port is in use, and names the way out', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as { port: number }
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const { code, said } = await runLocalHost({ PORT: String(port), SLIPWAY_DATA: folder })
    holder.close()
    await rm(folder, { recursive: true })
    expect(code).toBe(1)
    expect(said).toContain(`Port ${port} is in use`)
    expect(said).toContain('PORT=')
  })

  it('names every setting that is wrong', async () => {
    const { code, said } = await runLocalHost({ PORT: 'eight', HF_ENDPOINT: 'nowhere' })
    expect(code).toBe(1)
    expect(said).toContain('PORT')
    expect(said).toContain('HF_ENDPOINT')
  })

  it('works over any server that speaks DynamoDB', async () => {
    const database = await startDatabase()
    const host = await start({ environment: { SLIPWAY_DYNAMODB_ENDPOINT: database.endpoint } })
    await saidSample(host)
    expect(await host.stop()).toBe(0)
    expect(existsSync(join(host.dataDir, 'dynamodb.sqlite'))).toBe(false)
    await database.close()
  })

  it('does not take itself for the Hub that models come from', async () => {
    const { code, said } = await runLocalHost({ PORT: '8000', HF_ENDPOINT: 'http://localhost:8000' })
    expect(code).toBe(1)
    expect(said).toContain('HF_ENDPOINT')
  })

  it('goes on after kill -9 with everything it had', async () => {
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

  it('says what is wrong when DynamoDB does not answer, its file is damaged, or the data folder is a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const unreachable = await runLocalHost({ SLIPWAY_DATA: folder, SLIPWAY_DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' })
    expect(unreachable).toMatchObject({ code: 1, said: expect.stringContaining('SLIPWAY_DYNAMODB_ENDPOINT') })
    await writeFile(join(folder, 'dynamodb.sqlite'), 'no database')
    const damaged = await runLocalHost({ SLIPWAY_DATA: folder })
    expect(damaged).toMatchObject({ code: 1, said: expect.stringContaining('dynamodb.sqlite') })
    const file = await runLocalHost({ SLIPWAY_DATA: join(folder, 'lock.sqlite') })
    expect(file).toMatchObject({ code: 1, said: expect.stringContaining('SLIPWAY_DATA') })
    await rm(folder, { recursive: true, force: true })
  })

  it('loses no request of clients that keep their connections when it stops', async () => {
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
    // Once it has left, a new connection is not let in: that request was never taken up.
    expect(new Set(outcomes)).toEqual(new Set(['200', 'not let in']))
  })

  it('keeps the key out of its log', async () => {
    const host = await start({ environment: { SLIPWAY_LOG_LEVEL: 'debug' } })
    await saidSample(host)
    await createApi(host).get('/api/v1/me')
    expect(host.said()).not.toContain(host.key)
    expect((await readFile(join(host.dataDir, 'key'), 'utf8')).trim()).toBe(host.key)
  })
})
