import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { keys } from '../../../../shared/table/keys.ts'
import { findOwner } from '../../../../shared/table/owners.ts'
import { newRepo } from '../../../../shared/table/repo-item.ts'
import { repoCreation } from '../../../../shared/table/repo-write.ts'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'
import { bytesOf, type HubFile } from '../../../support/hub/files.ts'
import { type Hub, type HubOptions, startHub } from '../../../support/hub/start-hub.ts'
import { type MirrorHost, startMirror } from './support.ts'

const repo = 'far/model'
const token = 'hf_secret_of_the_server'
const weights: HubFile = { path: 'weights/model.safetensors', sizeBytes: 9_000_001, seed: 7 }
const small: HubFile = { path: 'sub folder/näme.txt', content: 'ö, in two bytes\n' }
const files: HubFile[] = [
  { path: 'config.json', content: '{"model_type": "bert"}' },
  { path: 'empty.txt', content: '' },
  { path: 'pytorch_model.bin', content: 'pickled' },
  small,
  weights,
]

let held: TestTable
let cleanups: (() => PromiseLike<void>)[] = []
beforeAll(async () => {
  held = await startTable()
})
afterAll(() => held.close())
let host: MirrorHost
let hub: Hub
beforeEach(() => {
  cleanups = []
})
afterEach(async () => {
  for (const cleanup of cleanups) await cleanup()
  // Each test begins with nothing that another has made.
  const all = (await held.scan()) as { pk: string; sk: string }[]
  await held.table.deleteMany(all.map(({ pk, sk }) => ({ pk, sk })))
})

async function start(
  options: HubOptions = {},
  { token: sentToken, ...rest }: { token?: string; objects?: Partial<ObjectStore> } = {},
) {
  hub = await startHub({ repos: { [repo]: { files, tags: ['v1'] } }, ...options })
  const settings = { endpoint: hub.url, token: sentToken }
  host = await startMirror({ table: held.table, settings, ...rest })
  cleanups.push(
    () => hub.close(),
    () => host[Symbol.asyncDispose](),
  )
}

const resolve = (path: string, ref = 'main') =>
  `/${repo}/resolve/${encodeURIComponent(ref)}/${path.split('/').map(encodeURIComponent).join('/')}`
const info = `/api/models/${repo}`
const bytes = async (answer: Response) => Buffer.from(await answer.arrayBuffer())
const code = (answer: Response) => answer.headers.get('x-error-code')

describe('who is answered', () => {
  it('is nobody while no Hub is named', async () => {
    await start()
    await using off = await startMirror({ table: held.table })
    const answer = await off.ask(info, { as: 'admin' })
    expect([answer.status, code(answer)]).toEqual([404, 'RepoNotFound'])
    expect(hub.requests).toEqual([])
  })

  it('is whoever may read, and never a stranger, nor a key for other things', async () => {
    await start()
    expect((await host.ask(info)).status).toBe(401)
    for (const as of ['infer', 'elsewhere', 'onerepo']) expect((await host.ask(info, { as })).status, as).not.toBe(200)
    expect(hub.requests).toEqual([])
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
  })

  it('does not learn of what the other Hub shows to the token of this server alone, save admins and members', async () => {
    await start({ token }, { token })
    const path = resolve(small.path)
    for (const [as, status] of [
      ['member', 404],
      ['admin', 200],
      ['insider', 200],
    ] as const) {
      expect((await host.ask(info, { as })).status, as).toBe(status)
      expect((await host.ask(path, { as })).status, as).toBe(status)
    }
    expect(await (await host.ask(info, { as: 'admin' })).json()).toMatchObject({ private: true })
  })

  it('is told of no repo that would be in a namespace of ours', async () => {
    await start()
    const owner = { name: 'far', kind: 'organisation', createdAt: '', createdBy: 'u', admins: 0 }
    await held.table.put({ ...keys.owner('Far'), ...owner })
    const answer = await host.ask(info, { as: 'admin' })
    expect([answer.status, code(answer)]).toEqual([404, 'RepoNotFound'])
    expect(hub.requests).toEqual([])
  })

  it('is told of our own repo where there is one of the name, and of nothing that this one has not', async () => {
    await start()
    const ours = newRepo({ fullName: repo, createdBy: 'u', now: new Date(), visibility: 'public' })
    await held.table.transact(repoCreation(ours, { reposMax: 10 }))
    for (const path of [
      resolve(small.path),
      resolve('none.txt'),
      `${info}/revision/v1`,
      resolve(small.path, hub.commitOf(repo)),
    ])
      expect((await host.ask(path, { as: 'member' })).status, path).toBe(404)
    expect(hub.requests).toEqual([])
  })
})

describe('what is told before anything is stored', () => {
  it('has the commit of the other Hub, in every answer', async () => {
    await start()
    const commit = hub.commitOf(repo)
    const tree = await host.ask(`${info}/tree/main?recursive=true&expand=true`, { as: 'member' })
    const [first] = (await tree.json()) as { lastCommit: { id: string } }[]
    expect(first?.lastCommit.id).toBe(commit)
    for (const path of [
      info,
      `${info}/revision/HEAD`,
      `${info}/revision/v1`,
      `${info}/tree/${commit}`,
      `${info}/commits/main`,
      resolve(small.path),
      resolve(small.path, 'refs/heads/main'),
    ])
      expect((await host.ask(path, { as: 'member' })).headers.get('x-repo-commit'), path).toBe(commit)
    expect(await (await host.ask(info, { as: 'member' })).json()).toMatchObject({
      id: repo,
      sha: commit,
      private: false,
    })
  })

  it('leaves out what the policy leaves out, and says why', async () => {
    await start()
    const model = (await (await host.ask(`${info}?blobs=true`, { as: 'member' })).json()) as {
      siblings: { rfilename: string; size: number }[]
    }
    expect(model.siblings.map(({ rfilename }) => rfilename)).not.toContain('pytorch_model.bin')
    expect(model.siblings).toContainEqual(expect.objectContaining({ rfilename: weights.path, size: 9_000_001 }))
    const answer = await host.ask(resolve('pytorch_model.bin'), { as: 'member' })
    expect([answer.status, code(answer)]).toEqual([404, 'EntryNotFound'])
    expect(await answer.text()).toContain('pickle')
    expect(hub.requests.map(({ path }) => path).join()).not.toContain('pytorch_model')
  })

  it('holds nothing of Xet, and no link or address of the other Hub', async () => {
    const edit = (json: unknown) =>
      JSON.parse(JSON.stringify(json).replaceAll('"size"', `"xetHash":"${'e'.repeat(64)}","size"`))
    await start({ faults: [{ kind: 'edit-json', where: 'api', edit }] })
    hub.faults.push({
      kind: 'headers',
      where: 'resolve',
      headers: { 'X-Xet-Hash': 'e'.repeat(64), Link: `<${hub.url}/x>; rel="xet-auth"` },
    })
    const asked = [
      info,
      `${info}?blobs=true`,
      `${info}/tree/main?recursive=true`,
      `${info}/refs`,
      `${info}/commits/main`,
      resolve(small.path),
      resolve(weights.path),
    ]
    for (const path of asked) {
      const answer = await host.ask(path, { as: 'member' })
      expect(answer.status, path).toBe(200)
      const said = `${JSON.stringify([...answer.headers])}${path.includes('/resolve/') ? '' : await answer.text()}`
      expect(said, path).not.toMatch(/xet/i)
      expect(said, path).not.toContain(new URL(hub.url).host)
      if (path.includes('/resolve/')) await bytes(answer)
    }
  })

  it('lists folders and pages as it will afterwards', async () => {
    await start()
    const top = (await (await host.ask(`${info}/tree/main`, { as: 'member' })).json()) as {
      type: string
      path: string
    }[]
    expect(top.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'file config.json',
      'file empty.txt',
      'directory sub folder',
      'directory weights',
    ])
    const folder = await host.ask(`${info}/tree/main/weights`, { as: 'member' })
    expect(await folder.json()).toMatchObject([{ path: weights.path, size: 9_000_001, lfs: { size: 9_000_001 } }])
    const missing = await host.ask(`${info}/tree/main/none`, { as: 'member' })
    expect([missing.status, code(missing)]).toEqual([404, 'EntryNotFound'])
    const body = JSON.stringify({ paths: ['config.json', 'weights/', 'none', 'pytorch_model.bin'], expand: true })
    const headers = { 'content-type': 'application/json' }
    const paths = await host.ask(`${info}/paths-info/main`, { as: 'member', method: 'POST', headers, body })
    expect(((await paths.json()) as { path: string }[]).map(({ path }) => path)).toEqual(['config.json', 'weights'])
  })

  it('goes on page by page with many files, more than the Hub lists with the model', async () => {
    const many = Array.from(
      { length: 2300 },
      (_, at): HubFile => ({ path: `data/${String(at).padStart(5, '0')}.txt`, content: `${at}` }),
    )
    await start({ repos: { [repo]: { files: many } } })
    let next: string | null = `${info}/tree/main?recursive=true`
    const seen: string[] = []
    while (next !== null) {
      const answer: Response = await host.ask(next, { as: 'member' })
      expect(answer.status).toBe(200)
      seen.push(
        ...((await answer.json()) as { type: string; path: string }[])
          .filter(({ type }) => type === 'file')
          .map(({ path }) => path),
      )
      const link = answer.headers.get('link')
      next = link === null ? null : link.slice(link.indexOf('mirror.test') + 'mirror.test'.length, link.indexOf('>'))
    }
    expect(seen).toEqual(many.map(({ path }) => path))
    expect(
      (await host.ask(resolve('data/02299.txt'), { as: 'member', method: 'HEAD' })).headers.get('x-linked-size'),
    ).toBe('4')
  })
})

describe('files that are not here', () => {
  it('come whole and in ranges, with the headers of those that are', async () => {
    await start({ redirectsSmallFiles: true })
    for (const file of [small, weights, files[1] as HubFile]) {
      const whole = await host.ask(resolve(file.path), { as: 'member' })
      expect(whole.headers.get('x-linked-size')).toBe(String((await bytesOf(file)).length))
      expect(whole.headers.get('etag')).toBe(whole.headers.get('x-linked-etag'))
      expect((await bytes(whole)).equals(await bytesOf(file)), file.path).toBe(true)
    }
    for (const file of [small, weights]) {
      const part = await host.ask(resolve(file.path), { as: 'member', headers: { range: 'bytes=3-9' } })
      expect([part.status, part.headers.get('content-range')]).toEqual([
        206,
        `bytes 3-9/${(await bytesOf(file)).length}`,
      ])
      expect((await bytes(part)).equals((await bytesOf(file)).subarray(3, 10))).toBe(true)
    }
    const behind = await host.ask(resolve(weights.path), { as: 'member', headers: { range: 'bytes=9000001-' } })
    expect(behind.status).toBe(416)
    const raw = await host.ask(`/${repo}/raw/main/${weights.path}`, { as: 'member' })
    expect(await raw.text()).toContain('git-lfs.github.com')
  })

  it('start one import, at the commit that was read; questions and HEADs start none', async () => {
    await start()
    await host.ask(info, { as: 'member' })
    await host.ask(`${info}/tree/main`, { as: 'member' })
    await host.ask(resolve(weights.path), { as: 'member', method: 'HEAD' })
    expect(host.sent).toEqual([])
    expect(await findOwner(held.table, 'far')).toBeUndefined()
    const commit = hub.commitOf(repo)
    for (const ref of ['main', commit, 'main']) await bytes(await host.ask(resolve(small.path, ref), { as: 'member' }))
    expect(host.sent).toHaveLength(1)
    expect(await findOwner(held.table, 'far')).toMatchObject({ kind: 'organisation', mirror: hub.url })
    const [item] = (await held.scan()).filter(({ sk }) => sk === 'IMPORT')
    const mirror = { upstream: hub.url, visibility: 'public' }
    expect(item).toMatchObject({
      repo,
      source: `hf://${repo}@main`,
      sourceRevision: commit,
      mirror,
      createdBy: 'user_ann',
    })
  })

  it('are fetched once however many ask for a small one, and at most so often at a time for a large one', async () => {
    await start()
    hub.faults.push({ kind: 'slow', where: 'storage', bytesPerSecond: 4_000_000 })
    const asked = await Promise.all(Array.from({ length: 10 }, () => host.ask(resolve(small.path), { as: 'member' })))
    expect(new Set(await Promise.all(asked.map((answer) => answer.text()))).size).toBe(1)
    const of = (file: HubFile) =>
      hub.requests.filter(
        ({ method, path }) => method === 'GET' && path.endsWith(`resolve/${hub.commitOf(repo)}/${file.path}`),
      )
    expect(of(small)).toHaveLength(1)
    const large = await Promise.all(Array.from({ length: 10 }, () => host.ask(resolve(weights.path), { as: 'member' })))
    expect(large.filter(({ status }) => status === 200)).toHaveLength(4)
    const busy = large.find(({ status }) => status === 503)
    expect(busy?.headers.get('retry-after')).toBe('5')
    expect(busy?.headers.get('content-length')).not.toBe('9000001')
    for (const answer of large.filter(({ status }) => status === 200))
      expect((await bytes(answer)).equals(await bytesOf(weights))).toBe(true)
    await bytes(await host.ask(resolve(weights.path), { as: 'member' }))
    // The last one came from what the first had stored.
    expect(of(weights)).toHaveLength(4)
  })

  it('never reach a client whole when they are not what the Hub said', async () => {
    await start({ faults: [{ kind: 'wrong-bytes', where: 'storage' }] })
    const answer = await host.ask(resolve(weights.path), { as: 'member' })
    await expect(bytes(answer)).rejects.toThrow()
    hub.faults.push({ kind: 'wrong-bytes', where: 'resolve' })
    expect((await host.ask(resolve(small.path), { as: 'member' })).status).toBe(504)
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toEqual([])
  })

  it('never reach any of several clients whole that ask for them at once, of whom one has them stored', async () => {
    await start({ faults: [{ kind: 'wrong-bytes', where: 'storage' }] })
    const answers = await Promise.all([1, 2, 3].map(() => host.ask(resolve(weights.path), { as: 'member' })))
    for (const answer of answers) await expect(bytes(answer)).rejects.toThrow()
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toEqual([])
  })

  it('leave nothing behind when the client leaves, and can be had again', async () => {
    await start()
    const controller = new AbortController()
    const answer = await host.ask(resolve(weights.path), { as: 'member' })
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    controller.abort()
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toEqual([])
    expect((await held.scan()).filter(({ sk }) => String(sk).startsWith('STREAM#'))).toEqual([])
    expect((await bytes(await host.ask(resolve(weights.path), { as: 'member' }))).equals(await bytesOf(weights))).toBe(
      true,
    )
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toHaveLength(1)
  })

  it('are those of their own folder: no path leads to another route of the Hub', async () => {
    await start()
    await host.ask(info, { as: 'member' })
    const asked = hub.requests.length
    for (const path of ['%2e%2e/%2e%2e/api/whoami-v2', '..%2f..%2fsecret', 'a//b', 'a%00b', '%5c..%5cx'])
      expect((await host.ask(`/${repo}/resolve/main/${path}`, { as: 'member' })).status, path).toBe(404)
    expect(hub.requests).toHaveLength(asked)
  })
})

describe('the token of this server', () => {
  it('goes to the Hub itself and nowhere else, and keys of clients go nowhere', async () => {
    await start({ token }, { token })
    for (const path of [
      info,
      `${info}/refs`,
      resolve(small.path),
      resolve(weights.path),
      resolve('none'),
      '/far/none/resolve/main/x',
    ]) {
      const answer = await host.ask(path, { as: 'admin' })
      const said = JSON.stringify([...answer.headers]) + (path === resolve(weights.path) ? '' : await answer.text())
      expect(said).not.toContain(token)
      if (path === resolve(weights.path)) await bytes(answer)
    }
    for (const { where, headers } of hub.requests) {
      expect(JSON.stringify(headers)).not.toContain('hf_admin')
      if (where === 'storage') expect(headers.authorization).toBeUndefined()
    }
    expect(hub.requests.some(({ where }) => where === 'storage')).toBe(true)
    expect(host.said()).not.toContain(token)
    expect(JSON.stringify(await held.scan())).not.toContain(token)
  })
})

describe('where this process may not write blobs', () => {
  const objects = { downloadUrl: async () => 'https://store.test/x' }

  it('redirects to the signed address of what is public, and keeps what is small', async () => {
    await start({}, { objects })
    const answer = await host.ask(resolve(weights.path), { as: 'member' })
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toMatch(new RegExp(`^${hub.storageUrl}/.*Signature=`))
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const part = await host.ask(resolve(weights.path), { as: 'member', headers: { range: 'bytes=0-0' } })
    expect([part.status, (await bytes(part)).length]).toEqual([206, 1])
    expect(await (await host.ask(resolve(small.path), { as: 'member' })).text()).toBe('ö, in two bytes\n')
    expect(host.sent).toHaveLength(1)
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toEqual([])
  })

  it('gives no address of what is not public, but asks to come again', async () => {
    await start({ token }, { token, objects })
    const answer = await host.ask(resolve(weights.path), { as: 'admin' })
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('location')]).toEqual([
      503,
      '30',
      null,
    ])
    expect(host.sent).toHaveLength(1)
  })
})

describe('a Hub that refuses', () => {
  it('is asked again for what it has not only after a minute', async () => {
    await start()
    const none = '/api/models/far/none'
    for (const path of [none, `${none}/tree/main`, '/far/none/resolve/main/x.txt']) {
      const answer = await host.ask(path, { as: 'member' })
      expect([answer.status, code(answer)], path).toEqual([404, 'RepoNotFound'])
    }
    const missing = await host.ask(`${info}/revision/none`, { as: 'member' })
    expect([missing.status, code(missing)]).toEqual([404, 'RevisionNotFound'])
    const before = hub.requests.length
    expect(before).toBe(2)
    host.clock.nowMs += 59_000
    await host.ask(none, { as: 'member' })
    expect(hub.requests).toHaveLength(before)
    host.clock.nowMs += 2000
    await host.ask(none, { as: 'member' })
    expect(hub.requests).toHaveLength(before + 1)
  })

  it('gives a file that is not there the header by which clients remember it', async () => {
    await start()
    const answer = await host.ask(resolve('none.json'), { as: 'member', method: 'HEAD' })
    expect([answer.status, code(answer), answer.headers.get('x-repo-commit')]).toEqual([
      404,
      'EntryNotFound',
      hub.commitOf(repo),
    ])
  })

  it('is said to be gated where this mirror was not let in', async () => {
    await start({ repos: { [repo]: { files, gated: true } } })
    for (const method of ['HEAD', 'GET']) {
      const answer = await host.ask(resolve(small.path), { as: 'insider', method })
      expect([answer.status, code(answer)]).toEqual([403, 'GatedRepo'])
    }
    expect(host.sent).toEqual([])
  })

  it('is obeyed when it asks to be left alone', async () => {
    await start({ faults: [{ kind: 'status', status: 429, retryAfterSeconds: 40, times: 1 }] })
    const answer = await host.ask(info, { as: 'member' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '40'])
    host.clock.nowMs += 30_000
    const again = await host.ask('/api/models/far/other', { as: 'member' })
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '10'])
    expect(hub.requests).toHaveLength(1)
    host.clock.nowMs += 11_000
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
  })

  it('is no reason to say that a repo is missing: away is 504, and it is not asked again at once', async () => {
    await start({ faults: [{ kind: 'status', status: 502 }] })
    for (const path of [info, resolve(small.path), `${info}/tree/main`, info]) {
      const answer = await host.ask(path, { as: 'member' })
      expect([answer.status, code(answer)], path).toEqual([504, null])
    }
    expect(hub.requests).toHaveLength(2)
    hub.faults.length = 0
    host.clock.nowMs += 11_000
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
  })

  it.each([
    ['answers in a way of its own', { kind: 'status', status: 400 }],
    ['answers with a page for people', { kind: 'html' }],
    ['sends somewhere else without an end', { kind: 'redirect', location: '/far/odd' }],
  ] as const)('is asked for other names as before where of one it %s', async (_, fault) => {
    const odd = 'far/odd'
    await start({ repos: { [repo]: { files }, [odd]: { files } }, faults: [{ ...fault, match: /far\/odd/ }] })
    for (let times = 0; times < 4; times++) {
      const answer = await host.ask(`/api/models/${odd}`, { as: 'member' })
      expect([answer.status, code(answer)]).toEqual([502, null])
      expect(await answer.text()).toContain(new URL(hub.url).host)
    }
    const asked = hub.requests.filter(({ path }) => path.includes('odd')).length
    await host.ask(`/api/models/${odd}`, { as: 'member' })
    expect(hub.requests.filter(({ path }) => path.includes('odd'))).toHaveLength(asked)
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
    expect(host.said()).not.toContain('"level":"error"')
  })

  it('has a second to answer a HEAD', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    await using slow = await startMirror({ table: held.table, settings: { endpoint } })
    const started = performance.now()
    const answer = await slow.ask(resolve(small.path), { as: 'member', method: 'HEAD' })
    expect(performance.now() - started).toBeLessThan(1000)
    expect([answer.status, code(answer)]).toEqual([504, null])
    silent.closeAllConnections()
    silent.close()
  })
})
