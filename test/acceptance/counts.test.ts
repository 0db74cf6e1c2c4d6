import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Answer, type Api, createApi } from '../support/http.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'
import { runSlipway } from '../support/run-slipway.ts'

const importsMax = 2
let hub: Hub
let dataDir: string
let host: LocalHost
let api: Api
const start = async () => {
  const environment = { HF_ENDPOINT: hub.url, SLIPWAY_QUOTA_IMPORTS: String(importsMax) }
  host = await startLocalHost({ dataDir, environment, parameters: ['--no-sample'] })
  api = createApi(host)
}
beforeAll(async () => {
  const slow = { files: [{ path: 'model.onnx', sizeBytes: 8_000_000, seed: 1 }] }
  const small = {
    files: [
      { path: 'config.json', content: '{"a": 1}' },
      { path: 'same.txt', content: 'the same' },
    ],
  }
  const copy = { files: [{ path: 'same.txt', content: 'the same' }] }
  hub = await startHub({
    repos: { 'slow/one': slow, 'slow/two': slow, 'slow/three': slow, 'small/a': small, 'small/b': copy },
    faults: [{ where: 'storage', kind: 'slow', bytesPerSecond: 1_000_000 }],
  })
  dataDir = await mkdtemp(join(tmpdir(), 'slipway-'))
  await start()
})
afterAll(async () => {
  await host.close()
  await hub.close()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

const usedOf = async (owner: string, name: string): Promise<number | undefined> => {
  const { body } = await api.get(`/api/v1/usage?owner=${owner}`)
  return body.items[0].quotas.find((quota: { name: string }) => quota.name === name).used
}
const pull = (source: string, repo: string): Promise<Answer> =>
  api.post('/api/v1/imports', { source: `hf://${source}`, repo })

const slipway = (...parameters: string[]) =>
  runSlipway(parameters, { environment: { SLIPWAY_URL: host.url, SLIPWAY_API_KEY: host.key } })

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('usage', () => {
  it('counts each distinct content once per owner', async () => {
    await api.pull('hf://small/a', { repo: 'one/a' })
    await api.pull('hf://small/b', { repo: 'one/b' })
    await api.pull('hf://small/b', { repo: 'two/b' })
    expect(await usedOf('one', 'storedBytes')).toBe('{"a": 1}'.length + 'the same'.length)
    expect(await usedOf('two', 'storedBytes')).toBe('the same'.length)
    expect(await usedOf('one', 'repos')).toBe(2)
    expect(await usedOf('one', 'imports')).toBe(0)
  })

  it('of imports interrupted by kill -9 is given back once, and their ends are audited once', async () => {
    const started = [await pull('slow/one', 'killed/one'), await pull('slow/two', 'killed/two')]
    expect(started.map(({ status }) => status)).toEqual([202, 202])
    const refused = await pull('slow/three', 'killed/three')
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'quota_exceeded', quota: 'imports' } } })
    expect(refused.body.error.message).toContain(`"imports" is ${importsMax}, of which ${importsMax} is used`)
    await host.kill()
    await start()
    expect(await usedOf('killed', 'imports')).toBe(importsMax)
    for (const { body } of started)
      await eventually(
        () => api.get(`/api/v1/imports/${body.id}`),
        ({ body: { state } }) => state === 'READY',
      )
    expect(await usedOf('killed', 'imports')).toBe(0)
    const ends = await api.get('/api/v1/audit?owner=killed&action=import.end')
    expect(ends.body.items).toHaveLength(2)
    expect((await pull('slow/three', 'killed/three')).status).toBe(202)
  })

  it('is shown by slipway usage, for people and as JSON', async () => {
    const { code, out } = await slipway('usage', 'one')
    expect(code).toBe(0)
    expect(out).toMatch(/one +repos +2 +100000/)
    const { out: json } = await slipway('usage', 'one', '--json')
    expect(JSON.parse(json)[0]).toMatchObject({ owner: 'one' })
  })
})

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('the audit log', () => {
  it('shows who did what, when, from where and with what outcome', async () => {
    const { code, out } = await slipway('audit', '--owner', 'one', '--action', 'import')
    expect(code).toBe(0)
    expect(out).toMatch(/T\S+Z +admin +import\.create +repos\/one\/b\/imports\/imp_[0-9a-f]{32} +done +127\.0\.0\.1/)
    const { out: json } = await slipway('audit', '--limit', '3', '--json')
    const events = JSON.parse(json)
    expect(events).toHaveLength(3)
    expect(JSON.stringify(events)).not.toContain(host.key)
  })

  it('refuses wrong parameters', async () => {
    expect(await slipway('audit', '--limit', 'x')).toMatchObject({ code: 2 })
    expect(await slipway('audit', '--action', 'a b')).toMatchObject({ code: 1, err: expect.stringContaining('action') })
  })
})
