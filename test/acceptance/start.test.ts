import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { createApi } from '../support/http.ts'
import { saidSample, start } from './started-host.ts'

describe('npm start', () => {
  it('creates the admin key, logs only where it is kept, and runs the sample from drop to prediction', async () => {
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

  it('writes nothing that other users of the machine can read, even in a folder that they can', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'slipway-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    await chmod(dataDir, 0o755)
    const host = await start({ dataDir })
    await saidSample(host)
    for (const name of await readdir(dataDir))
      expect.soft(`${name} ${(await stat(join(dataDir, name))).mode & 0o077}`).toBe(`${name} 0`)
  })

  it('skips the sample with --no-sample', async () => {
    const host = await start({ parameters: ['--no-sample'] })
    expect((await createApi(host).get('/api/v1/repos')).body.items).toEqual([])
    expect(host.said()).not.toContain('sample')
  })

  it('works with any server that speaks DynamoDB', async () => {
    const database = await startDatabase()
    const host = await start({ environment: { SLIPWAY_DYNAMODB_ENDPOINT: database.endpoint } })
    await saidSample(host)
    expect(await host.stop()).toBe(0)
    expect(existsSync(join(host.dataDir, 'dynamodb.sqlite'))).toBe(false)
    await database.close()
  })

  it('keeps the key out of its log', async () => {
    const host = await start({ environment: { SLIPWAY_LOG_LEVEL: 'debug' } })
    await saidSample(host)
    await createApi(host).get('/api/v1/me')
    expect(host.said()).not.toContain(host.key)
    expect((await readFile(join(host.dataDir, 'key'), 'utf8')).trim()).toBe(host.key)
  })
})
