import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthApp } from '../../functions/auth/app.ts'
import { resumeImports } from '../../functions/cleanup/resume-imports.ts'
import { handleDrop } from '../../functions/drop/handle-drop.ts'
import { createHubApp } from '../../functions/hub/app.ts'
import { createRegistryApp } from '../../functions/registry/app.ts'
import { bootstrapAdmin, createVerifier } from '../../shared/auth/verify.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { tableAccess } from '../../shared/table/access.ts'
import { allDeployments, forgetReplica, reportReplica } from '../../shared/table/deployments.ts'
import { keys } from '../../shared/table/keys.ts'
import type { Table } from '../../shared/table/table.ts'
import { type Lab, leftoversOf, startLab } from '../faults/support/lab.ts'
import { sampleFiles, source } from '../faults/support/model.ts'
import { IngestProcess } from '../faults/support/process.ts'
import { guardedTable } from '../support/guarded-table.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'

const log = createLogger({ level: 'silent' })
const adminToken = 'hf_admin'
let lab: Lab
let hub: Hub
const tableOf = (deployable: keyof typeof tableAccess) => guardedTable(lab.table, tableAccess[deployable])
const platform = (table: Table) => ({ table, log, metrics: createMetrics(), verify: createVerifier({ table }) })

beforeAll(async () => {
  lab = await startLab()
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
})
afterAll(async () => {
  await hub.close()
  await lab.close()
})

describe('with only the table access of its role', () => {
  it('auth creates, lists and revokes keys', async () => {
    const table = tableOf('auth')
    const verify = async () => bootstrapAdmin
    const app = createAuthApp({ ...platform(table), verify })
    const json = { 'content-type': 'application/json' }
    const made = await app.request('/api/v1/keys', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ name: 'a key', scopes: ['read'] }),
    })
    expect(made.status).toBe(201)
    const { id, token } = (await made.json()) as { id: string; token: string }
    expect((await app.request('/api/v1/keys')).status).toBe(200)
    const own = createAuthApp(platform(table))
    const bearer = { authorization: `Bearer ${token}` }
    expect((await own.request('/api/v1/me', { headers: bearer })).status).toBe(200)
    expect((await app.request(`/api/v1/keys/${id}`, { method: 'DELETE' })).status).toBeLessThan(300)
  })

  it('ingest creates, runs and publishes an import, and cleans up after a failed one', async () => {
    const store = await lab.newStore()
    const guarded = { ...lab, table: tableOf('ingest') }
    const process = new IngestProcess({ lab: guarded, store, hub })
    expect(await process.pull(source, 'acme/table-access')).toMatchObject({ state: 'READY' })
    expect(await process.pull(source, 'acme/table-access')).toMatchObject({ state: 'READY' })
    hub.faults.push({ kind: 'wrong-bytes', match: /big/ })
    const failed = await process.pull(source, 'acme/table-access-2')
    hub.faults.length = 0
    expect(await leftoversOf(lab, store, [failed.id])).toEqual([])
    expect(process.deadLetters).toEqual([])
  })

  it('a drop starts an import, and cleanup finds a lost one', async () => {
    const { objects } = await lab.newStore()
    const body = Buffer.from('{}')
    await objects.put({ key: 'drop/acme/dropped/v1/config.json', body, sizeBytes: body.length })
    const sent: unknown[] = []
    const send = async ({ message }: { message: unknown }) => void sent.push(message)
    const queue = { send, sendMany: async () => {} }
    const table = tableOf('drop')
    const dependencies = { table, objects, ingest: queue, drops: queue, quietSeconds: 0, log, now: () => new Date() }
    await handleDrop({ settle: { repo: 'acme/dropped', version: 'v1' } }, dependencies)
    expect(sent).toEqual([expect.objectContaining({ step: 'plan' })])
    const before = new Date(Date.now() + 60_000)
    expect(await resumeImports({ table: tableOf('cleanup'), queue, before, log })).toBeGreaterThan(0)
  })

  it('the registry answers every kind of request, and creates imports and deployments', async () => {
    const table = tableOf('registry')
    const queue = { send: async () => {}, sendMany: async () => {} }
    const options = { ...platform(table), ingest: queue, version: '0' }
    const verify = async () => bootstrapAdmin
    const app = createRegistryApp({ ...options, verify })
    const post = (path: string, body: unknown) =>
      app.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await post('/api/v1/imports', { source: 'hf://other/asked' })).status).toBe(202)
    expect((await post('/api/v1/imports', { source: 'hf://other/asked' })).status).toBe(200)
    expect((await post('/api/v1/deployments', { target: 'acme/table-access' })).status).toBe(201)
    const paths = ['repos', 'repos/acme/table-access', 'repos/acme/table-access/revisions/main']
    for (const path of [...paths, 'imports', 'imports/none', 'deployments', 'deployments/table-access'])
      expect((await app.request(`/api/v1/${path}`)).status, path).toBeLessThan(500)
    const strangers = createRegistryApp(options)
    const headers = { authorization: `Bearer ${adminToken}` }
    expect((await strangers.request('/api/v1/repos', { headers })).status).toBe(401)
  })

  it('the hub answers every kind of request, and refuses an unknown key', async () => {
    const { objects } = await lab.newStore()
    const ingest = { send: async () => {}, sendMany: async () => {} }
    const options = { ...platform(tableOf('hub')), objects, ingest }
    const verify = async () => bootstrapAdmin
    const app = createHubApp({ ...options, verify })
    const ofModel = ['', '/revision/main', '/tree/main', '/refs', '/commits/main', '/auth-check', '/auth-check/write']
    const paths = ofModel.map((path) => `/api/models/acme/table-access${path}`)
    const headers = { authorization: `Bearer ${adminToken}` }
    for (const path of ['/api/models?full=true', '/api/models?author=acme&search=table', '/api/whoami-v2', ...paths])
      expect((await app.request(path, { headers })).status, path).toBe(200)
    const body = new URLSearchParams({ paths: 'config.json' })
    const info = await app.request('/api/models/acme/table-access/paths-info/main', { method: 'POST', headers, body })
    expect(await info.json()).toMatchObject([{ path: 'config.json' }])
    for (const route of ['resolve', 'raw'])
      expect(
        (await app.request(`/acme/table-access/${route}/main/config.json`, { method: 'HEAD', headers })).status,
      ).toBe(200)
    expect((await createHubApp(options).request('/api/models', { headers })).status).toBe(401)
  })

  it('a replica reads deployments, reports its state, verifies tokens, and cannot create keys', async () => {
    const table = tableOf('inference')
    await Array.fromAsync(allDeployments(table))
    const now = new Date()
    const status = { id: 'r1', state: 'READY' as const, revision: 'abc', updatedAt: now.toISOString() }
    await reportReplica(table, { deployment: 'iris', status, now })
    await forgetReplica(table, 'iris', 'r1')
    await expect(createVerifier({ table })(adminToken)).rejects.toMatchObject({ code: 'invalid_token' })
    for (const key of [keys.apiKey('0'.repeat(64)), keys.userKey('admin', 'k'), keys.repo('acme/model')])
      await expect(table.put({ ...key, role: 'admin' })).rejects.toThrow('AccessDenied')
  })
})
