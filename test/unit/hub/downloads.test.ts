import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHubApp } from '../../../functions/hub/app.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { countDownload } from '../../../shared/table/downloads.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import { putRepo } from '../../support/put-repo.ts'

let held: TestTable
beforeAll(async () => {
  held = await startTable()
})
afterAll(() => held.close())

const revision = '1'.repeat(40)
const sizeBytes = 4
async function make(name: string, paths: readonly string[]) {
  const files = paths.map((path) => ({ path, sizeBytes, sha256: 'a'.repeat(64) }))
  return putRepo(held.table, { name, revisions: { [revision]: files } })
}

const objects = {
  get: async () => ({ sizeBytes, etag: '"a"', body: (async function* () {})(), cancel: async () => {} }),
} as unknown as ObjectStore

/** The hub for a reader, with the table access that it has in AWS. */
function hub(table: Table = guardedTable(held.table, tableAccess.hub)) {
  const sent: IngestMessage[] = []
  const principal = { userId: 'u', username: 'team', role: 'admin' as const, keyId: 'k', owners: {} }
  const app = createHubApp({
    table,
    objects,
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    verify: async () => ({ ...principal, scopes: ['read' as const] }),
    ingest: { send: async ({ message }) => void sent.push(message), sendMany: async () => {} },
  })
  const ask = (path: string, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { authorization: 'Bearer hf_secret', ...init.headers } })
  return { ask, sent }
}

const downloadsOf = async (repoId: string) => (await getRepo(held.table, repoId))?.downloads

describe('a download', () => {
  it('is counted once, by its config.json, and changes the order of the list', async () => {
    const { ask, sent } = hub()
    await make('order/other', ['config.json'])
    const { id } = await make('order/loved', ['README.md', 'config.json', 'model.onnx', 'onnx/model.onnx'])
    for (const path of ['README.md', 'config.json', 'model.onnx', 'onnx/model.onnx'])
      expect((await ask(`/order/loved/resolve/main/${path}`)).status).toBe(200)
    expect(await downloadsOf(id)).toBe(1)
    expect(sent).toEqual([{ step: 'write-repo-manifest', repoId: id, attempt: 1 }])
    const listed = (await (await ask('/api/models?author=order&sort=downloads&direction=-1')).json()) as unknown[]
    expect(listed).toMatchObject([
      { id: 'order/loved', downloads: 1 },
      { id: 'order/other', downloads: 0 },
    ])
  })

  it('is counted by its ONNX file if there is no config.json', async () => {
    const { id } = await make('bare/onnx', ['README.md', 'iris.onnx', 'sub/other.onnx'])
    for (const path of ['README.md', 'iris.onnx', 'sub/other.onnx']) await hub().ask(`/bare/onnx/resolve/main/${path}`)
    expect(await downloadsOf(id)).toBe(1)
  })

  it('does not include a revalidation or a range', async () => {
    const { id } = await make('look/only', ['config.json'])
    const path = '/look/only/resolve/main/config.json'
    const { ask } = hub()
    const etag = (await ask(path, { method: 'HEAD' })).headers.get('etag') ?? ''
    expect((await ask(path, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await ask(path, { headers: { range: 'bytes=0-0' } })).status).toBe(206)
    expect(await downloadsOf(id)).toBe(0)
  })

  it('is answered even if it cannot be counted', async () => {
    const { id } = await make('not/counted', ['config.json'])
    const readOnly = {
      ...tableAccess.hub,
      reads: ['*'],
      writes: tableAccess.hub.writes.filter((one) => one !== 'REPO#*'),
    }
    const { ask } = hub(guardedTable(held.table, readOnly))
    expect((await ask('/not/counted/resolve/main/config.json')).status).toBe(200)
    expect(await downloadsOf(id)).toBe(0)
  })
})

describe('the number of downloads', () => {
  const apartMs = 3_600_000
  const from = Date.parse('2026-03-01T00:00:00.000Z')
  const count = (repoId: string, afterMs: number) =>
    countDownload(held.table, { repoId, now: new Date(from + afterMs), apartMs })

  it('is written once an hour at most, and loses none in between', async () => {
    const { id } = await make('hourly/repo', [])
    await count(id, 0)
    for (let minute = 1; minute < 60; minute += 10) await count(id, minute * 60_000)
    expect(await getRepo(held.table, id)).toMatchObject({ downloads: 1, version: 2 })
    await count(id, apartMs)
    expect(await getRepo(held.table, id)).toMatchObject({ downloads: 8, version: 3 })
  })

  it('counts simultaneous downloads exactly', async () => {
    const { id } = await make('crowd/repo', [])
    await Promise.all(Array.from({ length: 30 }, () => count(id, 0)))
    await count(id, apartMs)
    expect(await downloadsOf(id)).toBe(31)
  })
})
