import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOfImport } from '../../../functions/ingest/steps/end-import.ts'
import { createRegistryApp } from '../../../functions/registry/app.ts'
import { type StartImport, startImport } from '../../../shared/ingest/start-import.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'
import { admin } from '../../support/principals.ts'

let held: TestTable
let runs = 0
beforeAll(async () => {
  held = await startTable()
})
afterAll(() => held.close())

const queue = { send: async () => {}, sendMany: async () => {} }
const begin = (repo: string, extra: Partial<StartImport> = {}) =>
  startImport({
    table: held.table,
    queue,
    source: parseSource('hf://acme/model'),
    repo,
    createdBy: 'test',
    now: new Date(),
    ...extra,
  })
const newRepo = () => `acme/asked-${++runs}`

describe('a repeated import', () => {
  it('returns the running one, for any order of its patterns', async () => {
    const repo = newRepo()
    const first = await begin(repo, { include: ['*.json', '*.onnx'], exclude: [] })
    const second = await begin(repo, { include: ['*.onnx', '*.json'] })
    expect(second).toMatchObject({ created: false, item: { id: first.item.id } })
  })

  it.each<[string, Partial<StartImport>]>([
    ['other files', { include: ['*.onnx'] }],
    ['all files', { include: undefined }],
    ['fewer files', { include: ['*.json'], exclude: ['a.json'] }],
    ['another tag', { include: ['*.json'], tag: 'v2' }],
  ])('with %s is refused with the id of the running one', async (_, other) => {
    const repo = newRepo()
    const { item } = await begin(repo, { include: ['*.json'] })
    await expect(begin(repo, other)).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
      message: expect.stringContaining(item.id),
    })
  })

  it('leads to an earlier import that brought the same revision', async () => {
    const [before, same] = [(await begin(newRepo())).item, (await begin(newRepo())).item]
    const end = endOfImport({ item: same, from: 'PENDING', state: 'READY', sameAs: before.id, now: new Date() })
    await held.table.transact(end)
    const answer = await app().request(`/api/v1/imports/${same.id}`)
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ id: before.id })])
    const list = (await (await app().request('/api/v1/imports?limit=100')).json()) as { items: { id: string }[] }
    const ids = list.items.map(({ id }) => id)
    expect([ids.includes(before.id), ids.includes(same.id)]).toEqual([true, false])
  })

  it('with other files gets 409 over HTTP', async () => {
    const { id } = (await (await ask({})).json()) as { id: string }
    const refused = await ask({ include: ['*.onnx'] })
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining(id)])
  })
})

it.each(['HEAD', 'refs', 'a'.repeat(40), 'v1.'])(
  'a drop of an invalid version is refused at once: %s',
  async (version) => {
    const refused = await ask({ source: `s3-drop://acme/dropped/${version}` })
    const { error } = (await refused.json()) as { error: object }
    expect([refused.status, error]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid_request', param: 'source' }),
    ])
  },
)

const app = () =>
  createRegistryApp({
    table: held.table,
    ingest: queue,
    version: '0.0.0',
    verify: async () => admin(),
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
  })

function ask(body: object) {
  return app().request('/api/v1/imports', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'hf://acme/over-http', ...body }),
  })
}
