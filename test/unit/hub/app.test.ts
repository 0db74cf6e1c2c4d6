import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHubApp } from '../../../functions/hub/app.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { ObjectMissing, type ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Queue } from '../../../shared/queue/queue.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { Table } from '../../../shared/table/table.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'
import { putRepo } from '../../support/put-repo.ts'

const sha256 = 'a'.repeat(64)
const first = '1'.repeat(40)
const second = '2'.repeat(40)

const sized = (path: string) => ({ path, sizeBytes: 5, sha256 })

let held: TestTable
let manyId = ''
beforeAll(async () => {
  held = await startTable()
  const repos = Array.from({ length: 120 }, (_, at) => `${at % 2 === 0 ? 'even' : 'odd'}/model-${at}`)
  for (const name of repos) await putRepo(held.table, { name, revisions: { [first]: [] } })
  const deep = Array.from({ length: 2500 }, (_, at) => `data/part/${String(at).padStart(5, '0')}.bin`)
  const many = ['a.txt', 'data-x', 'data.txt', ...deep, 'data/z.txt', 'data0', 'z/y/x.txt', 'zz.txt']
  const { id } = await putRepo(held.table, {
    name: 'team/many',
    revisions: { [first]: [sized('x/old.txt')], [second]: many.map(sized) },
    branches: { dev: first, 'dev/x': second },
    tags: { main: first },
  })
  manyId = id
})
afterAll(() => held.close())

/** A store of which every object is `hello`, that knows how many are open. */
function helloStore() {
  const opened = { now: 0, ever: 0 }
  const get: ObjectStore['get'] = async ({ key, range = { start: 0, end: 4 } }) => {
    if (!key.startsWith('blobs/')) throw new ObjectMissing(key)
    opened.now++
    opened.ever++
    const body = Readable.from([...'hello'.slice(range.start, range.end + 1)].map((letter) => Buffer.from(letter)))
    body.once('close', () => opened.now--)
    return { sizeBytes: 5, etag: '', body, cancel: async () => void body.destroy() }
  }
  return { objects: { get } as unknown as ObjectStore, opened }
}

function hub({ table = held.table, publicUrl }: { table?: Table; publicUrl?: string } = {}) {
  const { objects, opened } = helloStore()
  const app = createHubApp({
    table,
    objects,
    publicUrl,
    ingest: {} as Queue<IngestMessage>,
    verify: async () => ({ userId: 'u', username: 'u', role: 'admin', keyId: 'k', scopes: ['read'], owners: {} }),
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
  })
  const request = async (path: string, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { authorization: 'Bearer hf_x', ...init.headers } })
  return { app: { request }, opened }
}

/** All pages of a list, by the links between them. */
async function pages(path: string): Promise<Record<string, unknown>[][]> {
  const { app } = hub()
  const all: Record<string, unknown>[][] = []
  for (let url: string | undefined = `http://hub.test${path}`; url !== undefined; ) {
    const answer: Response = await app.request(url)
    expect(answer.status).toBe(200)
    all.push((await answer.json()) as Record<string, unknown>[])
    url = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  return all
}

describe('a path asked with a method that it does not take', () => {
  it.each([
    ['DELETE', '/api/models/team/many', 'GET, HEAD'],
    ['GET', '/api/repos/create', 'POST'],
    ['GET', '/api/datasets/team/many/branch/dev', 'POST, DELETE'],
    ['POST', '/team/many/resolve/main/a.txt', 'GET, HEAD'],
    ['GET', '/team/many.git/info/lfs/objects/batch', 'POST'],
    ['GET', '/api/uploads/1/content', 'PUT'],
  ])('names those that it takes: %s %s', async (method, path, allow) => {
    const { status, headers } = await hub().app.request(path, { method })
    expect([status, headers.get('allow')]).toEqual([405, allow])
    expect(headers.get('x-error-message')).toContain(`does not take ${method}`)
  })

  it('is still none where no method of it is taken, and a repo without an owner is still missing', async () => {
    const { app } = hub()
    const missing = await app.request('/api/models/team/many/nothing', { method: 'PUT' })
    expect([missing.status, missing.headers.get('allow')]).toEqual([404, null])
    const ownerless = await app.request('/api/models/gpt2', { method: 'PUT' })
    expect([ownerless.status, ownerless.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound'])
  })
})

describe('a tree', () => {
  it('is told whole over pages, each entry once, each folder before its files', async () => {
    const told = await pages('/api/models/team/many/tree/main?recursive=true')
    expect(told.map(({ length }) => length).every((length) => length <= 1032)).toBe(true)
    const paths = told.flat().map(({ path }) => path as string)
    expect(paths).toHaveLength(2500 + 7 + 4)
    expect(new Set(paths).size).toBe(paths.length)
    for (const path of ['data', 'data/part', 'z', 'z/y']) {
      const inside = paths.findIndex((other) => other.startsWith(`${path}/`))
      expect(paths.indexOf(path)).toBeLessThan(inside)
    }
  })

  it('is told level by level without reading what is deeper', async () => {
    let read = 0
    const table: Table = {
      ...held.table,
      async query(request) {
        const page = await held.table.query(request)
        read += page.items.length
        return page as never
      },
    }
    const answer = await hub({ table }).app.request('/api/models/team/many/tree/main')
    const entries = (await answer.json()) as { type: string; path: string }[]
    expect(entries.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'file a.txt',
      'file data-x',
      'file data.txt',
      'directory data',
      'file data0',
      'directory z',
      'file zz.txt',
    ])
    expect(read).toBeLessThan(1100)
    const [inside] = await pages('/api/models/team/many/tree/main/data')
    expect(inside?.map(({ path }) => path)).toEqual(['data/part', 'data/z.txt'])
    expect((await pages('/api/models/team/many/tree/main/data%2Fpart?expand=true')).flat()).toHaveLength(2500)
  })

  it('goes on in the revision that it began with', async () => {
    const { app } = hub({ publicUrl: 'https://hub.example' })
    const answer = await app.request('/api/models/team/many/tree/main?recursive=true')
    expect(answer.headers.get('link')).toMatch(
      new RegExp(
        `^<https://hub\\.example/api/models/team/many/tree/${second}\\?recursive=true&cursor=\\w+>; rel="next"$`,
      ),
    )
  })

  it('refuses the cursor of another folder', async () => {
    const cursor = (path: string) =>
      Buffer.from(JSON.stringify({ pk: keys.revisionFile(manyId, second, '').pk, sk: path })).toString('base64url')
    const ask = async (path: string) =>
      (await hub().app.request(`/api/models/team/many/tree/main/data?cursor=${cursor(path)}`)).status
    expect(await ask('z/y')).toBe(400)
    expect(await ask('data/part/00001.bin')).toBe(200)
  })
})

describe('a ref', () => {
  it.each([
    ['tree/dev/x', second],
    ['tree/dev%2Fx', second],
    ['tree/dev', first],
    ['revision/main', second],
    ['revision/HEAD', second],
    ['revision/refs%2Fheads%2Fmain', second],
    ['revision/refs%2Ftags%2Fmain', first],
    ['revision/dev/x', second],
    [`revision/${first}`, first],
    ['commits/dev/x', second],
  ])('is meant by %s', async (path, commit) => {
    const answer = await hub().app.request(`/api/models/team/many/${path}`)
    expect({ status: answer.status, commit: answer.headers.get('x-repo-commit') }).toEqual({ status: 200, commit })
  })

  it('is one segment before the path of a file', async () => {
    const commitOf = async (path: string) => (await hub().app.request(`/team/many/resolve/${path}`)).headers
    expect((await commitOf('dev/x%2Fold.txt')).get('x-repo-commit')).toBe(first)
    expect((await commitOf('dev%2Fx/a.txt')).get('x-repo-commit')).toBe(second)
    expect((await commitOf('refs/heads/main/a.txt')).get('x-linked-size')).toBe('5')
  })
})

describe('the list of models', () => {
  it('comes whole over pages, in the order of names', async () => {
    const told = (await pages('/api/models?limit=7&expand=sha')).flat().map(({ id }) => id as string)
    expect(told).toHaveLength(121)
    expect(told).toEqual(told.toSorted())
    expect(await pages('/api/models?author=even&limit=60&expand=sha')).toHaveLength(1)
  })

  it('finds by part of a name what many pages hold', async () => {
    const told = (await pages('/api/models?search=MODEL-11&limit=2')).flat().map(({ id }) => id)
    expect(told.toSorted()).toEqual(
      ['even/model-110', 'even/model-112', 'even/model-114', 'even/model-116', 'even/model-118', 'odd/model-11']
        .concat(['odd/model-111', 'odd/model-113', 'odd/model-115', 'odd/model-117', 'odd/model-119'])
        .toSorted(),
    )
  })

  it('holds at most 20 models with their files on a page', async () => {
    const sizes = (await pages('/api/models?full=true')).map(({ length }) => length)
    expect(Math.max(...sizes)).toBe(20)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(121)
  })

  it.each(['author', 'filter', 'pipeline_tag'])('refuses a %s longer than a key of the table', async (name) => {
    const { app } = hub()
    expect((await app.request(`/api/models?${name}=${'x'.repeat(3000)}`)).status).toBe(400)
  })

  it('refuses the cursor of another owner', async () => {
    const { app } = hub()
    const link = (await app.request('/api/models?author=even&limit=1')).headers.get('link') ?? ''
    const [, cursor] = /cursor=([^&>]+)/.exec(link) ?? []
    expect((await app.request(`/api/models?author=even&cursor=${cursor}`)).status).toBe(200)
    expect((await app.request(`/api/models?author=odd&cursor=${cursor}`)).status).toBe(400)
  })
})

describe('paths-info', () => {
  it('takes a form and JSON, of at most 1000 paths', async () => {
    const { app } = hub()
    const ask = (body: string, type: string) =>
      app.request('/api/models/team/many/paths-info/main', { method: 'POST', body, headers: { 'content-type': type } })
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
  it('are not opened for HEAD, for who has them, and for a range that is not there', async () => {
    const { app, opened } = hub()
    const file = '/team/many/resolve/main/a.txt'
    await app.request(file, { method: 'HEAD' })
    await app.request(file, { headers: { 'if-none-match': `"${sha256}"` } })
    await app.request(file, { headers: { range: 'bytes=5-' } })
    expect(opened.ever).toBe(0)
    const part = await app.request(file, { headers: { range: 'bytes=1-3' } })
    expect(await part.text()).toBe('ell')
  })

  it('are closed when the client goes away', async () => {
    const { app, opened } = hub()
    const answer = await app.request('/team/many/resolve/main/a.txt')
    const reader = answer.body?.getReader()
    await reader?.read()
    expect(opened.now).toBe(1)
    await reader?.cancel()
    await new Promise(setImmediate)
    expect(opened.now).toBe(0)
  })
})
