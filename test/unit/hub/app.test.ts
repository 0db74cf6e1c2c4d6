import { describe, expect, it } from 'vitest'
import { keys } from '../../../shared/table/keys.ts'
import { putRepo } from '../../support/put-repo.ts'
import { hub, second, sha256, sized, useTable } from './support/read-hub.ts'

useTable(async (table) => {
  await putRepo(table, { name: 'team/empty' })
  const { id } = await putRepo(table, { name: 'team/mirror' })
  const values = { ':mirror': 'https://hub.test/team/mirror' }
  await table.update(keys.repo(id), { expression: 'SET mirror = :mirror', values })
  await putRepo(table, { name: 'team/few', revisions: { [second]: ['a.txt', 'data/z.txt'].map(sized) } })
})

describe('an unsupported method', () => {
  it.each([
    ['DELETE', '/api/models/team/few', 'GET, HEAD'],
    ['GET', '/api/repos/create', 'POST'],
    ['GET', '/api/datasets/team/few/branch/dev', 'POST, DELETE'],
    ['POST', '/team/few/resolve/main/a.txt', 'GET, HEAD'],
    ['GET', '/team/few.git/info/lfs/objects/batch', 'POST'],
    ['GET', '/api/uploads/1/content', 'PUT'],
  ])('is answered with the supported ones: %s %s', async (method, path, allow) => {
    const { status, headers } = await hub().app.request(path, { method })
    expect([status, headers.get('allow')]).toEqual([405, allow])
    expect(headers.get('x-error-message')).toContain(`does not support ${method}`)
  })

  it('is still 404 for an unknown path and for a repo without an owner', async () => {
    const { app } = hub()
    const missing = await app.request('/api/models/team/few/nothing', { method: 'PUT' })
    expect([missing.status, missing.headers.get('allow')]).toEqual([404, null])
    const ownerless = await app.request('/api/models/gpt2', { method: 'PUT' })
    expect([ownerless.status, ownerless.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound'])
  })
})

describe('a repo without a first commit, as earlier releases created it', () => {
  it.each([
    ['tree', {}],
    ['commits', {}],
    ['paths-info', { method: 'POST', body: '{"paths":["a.txt"]}', headers: { 'content-type': 'application/json' } }],
  ])('has an empty list on main, which clients expect in every repo, and only there: %s', async (what, request) => {
    const ask = (ref: string) => hub().app.request(`/api/models/team/empty/${what}/${ref}`, request)
    expect(await (await ask('main')).json()).toEqual([])
    const other = await ask('dev')
    expect([other.status, other.headers.get('x-error-code')]).toEqual([404, 'RevisionNotFound'])
  })

  it('has no folder on main, and an error that says so names no revision', async () => {
    const folder = await hub().app.request('/api/models/team/empty/tree/main/data/raw')
    expect([folder.status, folder.headers.get('x-error-code')]).toEqual([404, 'EntryNotFound'])
    expect(folder.headers.get('x-error-message')).toContain('"data/raw" at "main"')
  })
})

describe('a folder of a missing branch', () => {
  it.each(['dev/data/raw', 'dev%2Fdata/raw'])('is refused with the name of the branch: %s', async (path) => {
    const { headers } = await hub().app.request(`/api/models/team/few/tree/${path}`)
    expect(headers.get('x-error-code')).toBe('RevisionNotFound')
    expect(headers.get('x-error-message')).toContain(`"${decodeURIComponent(path.split('/')[0] ?? '')}"`)
  })
})

describe('a mirror that was only read at a commit', () => {
  it.each(['', '/tree/main', '/commits/main'])(
    'has no main, and does not pass as a repo without files: %s',
    async (path) => {
      const { status, headers } = await hub().app.request(`/api/models/team/mirror${path}`)
      expect([status, headers.get('x-error-code')]).toEqual([404, 'RevisionNotFound'])
      expect(headers.get('x-error-message')).toContain('has no branch, tag, alias or revision "main"')
    },
  )
})

describe('paths-info', () => {
  it('accepts a form and JSON, with at most 1000 paths', async () => {
    const { app } = hub()
    const ask = (body: string, type: string) =>
      app.request('/api/models/team/few/paths-info/main', { method: 'POST', body, headers: { 'content-type': type } })
    const form = await ask('paths=a.txt&paths=data&expand=True', 'application/x-www-form-urlencoded')
    expect(await form.json()).toMatchObject([
      { path: 'a.txt', lastCommit: { id: second } },
      { path: 'data', type: 'directory' },
    ])
    const json = await ask(JSON.stringify({ paths: ['a.txt', '../x', 'none'] }), 'application/json')
    expect(await json.json()).toMatchObject([{ path: 'a.txt', lfs: { oid: sha256, size: 5 } }])
    const paths = Array.from({ length: 1001 }, (_, at) => `${at}`)
    expect((await ask(JSON.stringify({ paths }), 'application/json')).status).toBe(400)
    expect((await ask('{', 'application/json')).status).toBe(400)
  })
})

describe('the bytes of a file', () => {
  it('are not read for HEAD, for a client that has them, and for an unsatisfiable range', async () => {
    const { app, opened } = hub()
    const file = '/team/few/resolve/main/a.txt'
    await app.request(file, { method: 'HEAD' })
    await app.request(file, { headers: { 'if-none-match': `"${sha256}"` } })
    await app.request(file, { headers: { range: 'bytes=5-' } })
    expect(opened.ever).toBe(0)
    const part = await app.request(file, { headers: { range: 'bytes=1-3' } })
    expect(await part.text()).toBe('ell')
  })

  it('are closed when the client disconnects', async () => {
    const { app, opened } = hub()
    const answer = await app.request('/team/few/resolve/main/a.txt')
    const reader = answer.body?.getReader()
    await reader?.read()
    expect(opened.now).toBe(1)
    await reader?.cancel()
    await new Promise(setImmediate)
    expect(opened.now).toBe(0)
  })
})
