import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downloadFile, fileDownloadInfo, listFiles, modelInfo, pathsInfo, whoAmI } from '@huggingface/hub'
import { afterEach, describe, expect, it } from 'vitest'
import { bytesOf, type HubFile } from '../support/hub/files.ts'
import { type Hub, type HubOptions, startHub } from '../support/hub/start-hub.ts'

const repo = 'acme/minilm'
const token = 'hf_stand_in_token'
const config = '{"model_type":"bert"}'
const weights: HubFile = { path: 'onnx/model.onnx', sizeBytes: 300_000, seed: 7 }
const files: HubFile[] = [
  weights,
  { path: 'config.json', content: config },
  { path: 'empty.txt', content: '' },
  { path: 'vocab/a b.txt', content: 'a\nb\n' },
]

const open: Hub[] = []
const start = async (options: HubOptions = {}) => {
  const hub = await startHub({ repos: { [repo]: { files, tags: ['dev/v1'] } }, ...options })
  open.push(hub)
  return hub
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((hub) => hub.close()))
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const collect = async <Item>(items: AsyncIterable<Item>) => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
const filePaths = async (hub: Hub, extra: { revision?: string } = {}) =>
  (await collect(listFiles({ repo, recursive: true, hubUrl: hub.url, ...extra })))
    .filter((entry) => entry.type === 'file')
    .map((entry) => entry.path)
const resolveUrl = (hub: Hub, path: string, ref = 'main') => `${hub.url}/${repo}/resolve/${ref}/${path}`
const answerOf = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init)
  await response.body?.cancel()
  return [response.status, response.headers.get('x-error-code')]
}

describe('the stand-in hub for the client @huggingface/hub', () => {
  it('names the commit of a branch, a tag and itself', async () => {
    const hub = await start()
    for (const revision of ['main', 'dev/v1', hub.commitOf(repo)]) {
      const info = await modelInfo({ name: repo, revision, hubUrl: hub.url, additionalFields: ['sha'] })
      expect(info).toMatchObject({ name: repo, sha: hub.commitOf(repo) })
    }
    expect(hub.commitOf(repo)).toMatch(/^[0-9a-f]{40}$/)
  })

  it('lists every file once over several pages', async () => {
    const hub = await start({ pageSize: 2 })
    expect(await filePaths(hub)).toEqual(['config.json', 'empty.txt', 'onnx/model.onnx', 'vocab/a b.txt'])
    expect(hub.requests.map((request) => request.query)).toEqual([
      '?recursive=true&expand=false',
      '?recursive=true&expand=false&cursor=2',
      '?recursive=true&expand=false&cursor=4',
    ])
  })

  it('lists one folder, and a ref with a slash sent raw', async () => {
    const hub = await start()
    const top = await collect(listFiles({ repo, hubUrl: hub.url, revision: 'dev/v1' }))
    expect(top.map((entry) => `${entry.type} ${entry.path}`)).toEqual([
      'directory onnx',
      'directory vocab',
      'file config.json',
      'file empty.txt',
    ])
    const inside = await collect(listFiles({ repo, hubUrl: hub.url, path: 'onnx' }))
    expect(inside).toMatchObject([{ path: weights.path, lfs: { oid: sha256(await bytesOf(weights)), size: 300_000 } }])
  })

  it('gives the bytes of small and of LFS files, also with a token', async () => {
    const hub = await start({ token })
    for (const file of files.filter(({ path }) => path !== 'empty.txt')) {
      const blob = await downloadFile({ repo, path: file.path, hubUrl: hub.url, accessToken: token })
      expect(Buffer.from(await (blob ?? new Blob([])).arrayBuffer())).toEqual(await bytesOf(file))
    }
  })

  it('answers a range of an empty file with 416, which the client takes for a failure', async () => {
    const hub = await start()
    const empty = downloadFile({ repo, path: 'empty.txt', hubUrl: hub.url })
    await expect(empty).rejects.toMatchObject({ statusCode: 416 })
  })

  it('is asked by downloadFile for one byte and then for all, and storage never sees the token', async () => {
    const hub = await start({ token })
    await (await downloadFile({ repo, path: weights.path, hubUrl: hub.url, accessToken: token }))?.arrayBuffer()
    expect(
      hub.requests.map(({ where, range, hasAuthorization, status }) => [where, range, hasAuthorization, status]),
    ).toEqual([
      ['resolve', 'bytes=0-0', true, 302],
      ['storage', 'bytes=0-0', false, 206],
      ['resolve', undefined, true, 302],
      ['storage', undefined, false, 200],
    ])
  })

  it('tells size and etag of a file, and null for one that is not there', async () => {
    const hub = await start()
    const info = await fileDownloadInfo({ repo, path: 'config.json', hubUrl: hub.url })
    expect(info).toMatchObject({ size: config.length, etag: expect.stringMatching(/^"[0-9a-f]{40}"$/) })
    expect(await fileDownloadInfo({ repo, path: 'nothing.json', hubUrl: hub.url })).toBeNull()
  })

  it('answers paths-info and whoami', async () => {
    const hub = await start({ token })
    const known = { hubUrl: hub.url, accessToken: token }
    expect(await pathsInfo({ repo, paths: ['config.json', 'nothing'], ...known })).toMatchObject([
      { path: 'config.json' },
    ])
    expect(await whoAmI(known)).toMatchObject({ type: 'user', name: 'stand-in' })
  })

  it('serves a folder on disk by the same commit every time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stand-in-hub-'))
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'sub', 'x.json'), '{}')
    const [one, two] = [await start({ folder }), await start({ folder })]
    expect(one.commitOf('acme/model')).toBe(two.commitOf('acme/model'))
    const blob = await downloadFile({ repo: 'acme/model', path: 'sub/x.json', hubUrl: one.url })
    expect(await blob?.text()).toBe('{}')
    await rm(folder, { recursive: true })
  })

  it('moves the branch with a new file and keeps the old commit readable', async () => {
    const hub = await start()
    const before = hub.commitOf(repo)
    const after = await hub.addFile({ repo, file: { path: 'new.txt', content: 'new' } })
    expect(hub.commitOf(repo)).toBe(after)
    expect(await filePaths(hub)).toContain('new.txt')
    expect(await filePaths(hub, { revision: before })).not.toContain('new.txt')
  })
})

describe('the routes of the stand-in hub', () => {
  it('answers a small file with its git blob id and all linked headers', async () => {
    const hub = await start()
    const response = await fetch(resolveUrl(hub, 'config.json'), { headers: { range: 'bytes=2-6' } })
    expect([response.status, await response.text()]).toEqual([206, config.slice(2, 7)])
    const oid = createHash('sha1').update(`blob ${config.length}\0${config}`).digest('hex')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: `"${oid}"`,
      'x-linked-etag': `"${oid}"`,
      'x-linked-size': String(config.length),
      'x-repo-commit': hub.commitOf(repo),
      'content-range': `bytes 2-6/${config.length}`,
    })
  })

  it('redirects an LFS file to another hostname with a signature', async () => {
    const hub = await start()
    const response = await fetch(resolveUrl(hub, weights.path), { method: 'HEAD', redirect: 'manual' })
    const location = new URL(response.headers.get('location') ?? '')
    expect([response.status, location.hostname, location.searchParams.has('Signature')]).toEqual([
      302,
      'localhost',
      true,
    ])
    expect(response.headers.get('x-linked-etag')).toBe(`"${sha256(await bytesOf(weights))}"`)
    const part = await fetch(location, { headers: { range: 'bytes=65530-65545' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 65530-65545/300000'])
    expect(Buffer.from(await part.arrayBuffer())).toEqual((await bytesOf(weights)).subarray(65530, 65546))
  })

  it('redirects a small file within the hub if told to', async () => {
    const hub = await start({ redirectsSmallFiles: true })
    const first = await fetch(resolveUrl(hub, 'config.json'), { redirect: 'manual' })
    expect([first.status, first.headers.get('location')?.startsWith('/api/resolve-cache/')]).toEqual([307, true])
    expect(await (await fetch(resolveUrl(hub, 'config.json'))).text()).toBe(config)
  })

  it('refuses a token at the store, an expired link and a forged one', async () => {
    const hub = await start()
    const expired = await start({ linkLifetimeSeconds: -1 })
    const location = (of: Hub) =>
      fetch(resolveUrl(of, weights.path), { redirect: 'manual' }).then(
        (response) => response.headers.get('location') ?? '',
      )
    const good = await location(hub)
    expect(await answerOf(good, { headers: { authorization: `Bearer ${token}` } })).toEqual([400, null])
    expect(hub.requests.at(-1)).toMatchObject({ where: 'storage', hasAuthorization: true })
    expect(await answerOf(good.replace(/Signature=.{4}/, 'Signature=0000'))).toEqual([403, null])
    expect(await answerOf(await location(expired))).toEqual([403, null])
  })

  it('says what is missing by X-Error-Code', async () => {
    const hub = await start({ repos: { [repo]: { files }, 'acme/gated': { files, gated: true } } })
    expect(await answerOf(`${hub.url}/api/models/acme/nothing`)).toEqual([404, 'RepoNotFound'])
    expect(await answerOf(`${hub.url}/api/models/${repo}/revision/nothing`)).toEqual([404, 'RevisionNotFound'])
    expect(await answerOf(resolveUrl(hub, 'nothing.json'))).toEqual([404, 'EntryNotFound'])
    expect(await answerOf(`${hub.url}/acme/gated/resolve/main/config.json`)).toEqual([401, 'GatedRepo'])
    expect(await answerOf(`${hub.url}/api/models/${repo}/discussions`)).toEqual([404, null])
    expect(await answerOf(`${hub.url}/api/whoami-v2`)).toEqual([401, null])
  })

  it('hides a private repo from strangers', async () => {
    const hub = await start({ token })
    const as = (bearer: string) => ({ headers: { authorization: `Bearer ${bearer}` } })
    expect(await answerOf(resolveUrl(hub, 'config.json'))).toEqual([401, 'RepoNotFound'])
    expect(await answerOf(resolveUrl(hub, 'config.json'), as('hf_wrong'))).toEqual([401, null])
    expect(await answerOf(resolveUrl(hub, 'config.json'), as(token))).toEqual([200, null])
    expect(await answerOf(`${hub.url}/api/models/acme/nothing`, as(token))).toEqual([404, 'RepoNotFound'])
  })

  it('lists models and refs, and takes paths-info as a form', async () => {
    const hub = await start()
    const json = async (path: string, init?: RequestInit) => (await fetch(`${hub.url}${path}`, init)).json()
    expect(await json('/api/models?search=minilm')).toMatchObject([{ id: repo }])
    expect(await json('/api/models?search=other')).toEqual([])
    expect(await json(`/api/models/${repo}/refs`)).toMatchObject({
      branches: [{ name: 'main' }],
      tags: [{ name: 'dev/v1' }],
    })
    const body = new URLSearchParams({ paths: 'config.json', expand: 'True' })
    expect(await json(`/api/models/${repo}/paths-info/dev%2Fv1`, { method: 'POST', body })).toMatchObject([
      { path: 'config.json', lastCommit: { id: hub.commitOf(repo) } },
    ])
  })
})

describe('the faults of the stand-in hub', () => {
  const whole = (hub: Hub) => fetch(resolveUrl(hub, weights.path)).then((response) => response.arrayBuffer())

  it('answers a status as often as asked and only where it matches', async () => {
    const hub = await start()
    hub.faults.push({ match: /config/, where: 'resolve', times: 1, kind: 'status', status: 429, retryAfterSeconds: 3 })
    expect(await answerOf(resolveUrl(hub, 'empty.txt'))).toEqual([200, null])
    const limited = await fetch(resolveUrl(hub, 'config.json'))
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
    expect(await answerOf(resolveUrl(hub, 'config.json'))).toEqual([200, null])
  })

  it('cuts a connection in the middle and before the start', async () => {
    const hub = await start({ faults: [{ where: 'storage', times: 1, kind: 'cut', afterBytes: 100_000 }] })
    await expect(whole(hub)).rejects.toThrow('terminated')
    expect(await hub.requests.at(-1)?.finished).toBe(false)
    hub.faults.push({ kind: 'cut' })
    await expect(whole(hub)).rejects.toThrow('fetch failed')
  })

  it('flips a byte, ends early, or goes on too long', async () => {
    const hub = await start()
    const good = await bytesOf(weights)
    const under = async (fault: Hub['faults'][number]) => {
      hub.faults.splice(0, 1, { where: 'storage', ...fault })
      return Buffer.from(await whole(hub))
    }
    const wrong = await under({ kind: 'wrong-bytes' })
    expect([wrong.length, wrong.equals(good), wrong.subarray(1).equals(good.subarray(1))]).toEqual([
      300_000,
      false,
      true,
    ])
    expect(await under({ kind: 'short', missingBytes: 10 })).toHaveLength(299_990)
    expect(await under({ kind: 'long', extraBytes: 10 })).toHaveLength(300_010)
  })

  it('hangs until the client gives up', async () => {
    const hub = await start({ faults: [{ where: 'storage', kind: 'hang', afterBytes: 1000 }] })
    const controller = new AbortController()
    const response = await fetch(resolveUrl(hub, weights.path), { signal: controller.signal })
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(1000)
    controller.abort()
    expect(await hub.requests.at(-1)?.finished).toBe(false)
  })

  it('sends as slowly as asked', async () => {
    const hub = await start({ faults: [{ kind: 'slow', bytesPerSecond: 200 }] })
    const before = performance.now()
    expect(await (await fetch(resolveUrl(hub, 'config.json'))).text()).toBe(config)
    expect(performance.now() - before).toBeGreaterThan(90)
  })

  it('moves the branch between two calls', async () => {
    const hub = await start({ faults: [{ match: /revision/, times: 1, kind: 'moved-commit' }] })
    const before = hub.commitOf(repo)
    const info = await modelInfo({ name: repo, hubUrl: hub.url, additionalFields: ['sha'] })
    expect(info.sha).toBe(before)
    expect(hub.commitOf(repo)).not.toBe(before)
  })

  it('spoils what an answer says', async () => {
    const hub = await start()
    const under = async (fault: Hub['faults'][number]) => {
      hub.faults.splice(0, 1, { match: /tree/, ...fault })
      return fetch(`${hub.url}/api/models/${repo}/tree/main`, { redirect: 'manual' })
    }
    expect(await (await under({ kind: 'html' })).text()).toContain('<!doctype html>')
    expect(await (await under({ kind: 'hostile-path', path: '../../evil' })).text()).toContain('../../evil')
    expect(await (await under({ kind: 'edit-json', edit: () => [] })).json()).toEqual([])
    expect((await under({ kind: 'redirect', location: 'http://x.test/' })).headers.get('location')).toBe(
      'http://x.test/',
    )
    expect((await under({ kind: 'headers', headers: { Link: 'x' } })).headers.get('link')).toBe('x')
  })

  it('ignores a range if told to', async () => {
    const hub = await start({ faults: [{ kind: 'ignore-range' }] })
    const response = await fetch(resolveUrl(hub, 'config.json'), { headers: { range: 'bytes=0-1' } })
    expect([response.status, await response.text()]).toEqual([200, config])
  })
})
