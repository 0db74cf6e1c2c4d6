import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  checkRepoAccess,
  countCommits,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  type HubApiError,
  listCommits,
  listFiles,
  listModels,
  modelInfo,
  pathsInfo,
  repoExists,
  snapshotDownload,
  whoAmI,
} from '@huggingface/hub'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { bytesOf, type HubFile } from '../support/hub/files.ts'
import { startTarget, type Target } from './target.ts'

const repo = 'acme/files'
const weights: HubFile = { path: 'weights/model.safetensors', sizeBytes: 3_000_001, seed: 7 }
const files: HubFile[] = [
  { path: 'README.md', content: '---\nlicense: mit\npipeline_tag: fill-mask\ntags: [acceptance]\n---\n# Files\n' },
  { path: 'config.json', content: '{"model_type": "bert"}' },
  { path: 'empty.txt', content: '' },
  { path: 'sub folder/näme one.txt', content: 'ö, in two bytes\n' },
  { path: 'sub folder/deeper/x.json', content: '[]' },
  { path: 'sub-folder.txt', content: 'sorts before the folder\n' },
  weights,
]
const paths = [...files.map(({ path }) => path), 'late.txt', 'model.onnx'].toSorted()

let target: Target
let params: { repo: string; hubUrl: string; accessToken: string }
let commit = ''
/** The bytes of a file as they went in. */
let expected: (path: string) => Promise<Buffer>
beforeAll(async () => {
  target = await startTarget()
  params = { repo, hubUrl: target.api.url, accessToken: target.key }
  const { hub } = target
  if (hub === undefined) return
  for (const file of files) await hub.addFile({ repo: 'acme/digits', file })
  expect(await target.api.pull('hf://acme/digits', { repo })).toMatchObject({ state: 'READY' })
  await hub.addFile({ repo: 'acme/digits', file: { path: 'late.txt', content: 'late' } })
  commit = (await target.api.pull('hf://acme/digits', { repo })).revision
  await target.api.pull('hf://acme/tiny-embedder')
  expected = async (path) => {
    const file = files.find((one) => one.path === path)
    if (file !== undefined) return bytesOf(file)
    return Buffer.from(await (await fetch(`${hub.url}/acme/digits/resolve/main/${path}`)).arrayBuffer())
  }
})
afterAll(() => target.close())

const bytes = async (blob: Blob | null) => Buffer.from(await (blob ?? new Blob([])).arrayBuffer())
const failure = (work: Promise<unknown>): Promise<HubApiError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: HubApiError) => error,
  )
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(target.api.url + path, { method, headers: { authorization: `Bearer ${target.key}`, ...headers } })

describe('@huggingface/hub', () => {
  it('says whose key it has', async () => {
    const me = await whoAmI(params)
    expect(me).toMatchObject({ type: 'user', orgs: [], auth: { type: 'access_token' } })
    expect(me.name).not.toBe('')
  })

  it('knows a model by its name, and what is in it', async () => {
    const info = await modelInfo({ ...params, name: repo, additionalFields: ['sha', 'tags', 'filePaths', 'cardData'] })
    expect(info).toMatchObject({ name: repo, private: true, gated: false, task: 'fill-mask', sha: commit })
    expect(info.updatedAt.getTime()).toBeGreaterThan(0)
    expect(info.tags).toEqual(expect.arrayContaining(['acceptance', 'license:mit', 'fill-mask']))
    expect(info.filePaths.toSorted()).toEqual(paths)
    expect(info.cardData).toMatchObject({ license: 'mit' })
    expect((await modelInfo({ ...params, name: repo, revision: commit })).id).toBe(info.id)
  })

  it('lists files and folders, of the whole tree or of one folder', async () => {
    const all = await Array.fromAsync(listFiles({ ...params, recursive: true }))
    expect(
      all
        .filter(({ type }) => type === 'file')
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(paths)
    expect(all.filter(({ type }) => type === 'directory').map(({ path }) => path)).toEqual([
      'sub folder',
      'sub folder/deeper',
      'weights',
    ])
    const top = await Array.fromAsync(listFiles(params))
    expect(top.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['sub folder', 'sub-folder.txt', 'weights', 'README.md']),
    )
    expect(top).toHaveLength(8)
    const folder = await Array.fromAsync(listFiles({ ...params, path: 'sub folder', revision: 'refs/heads/main' }))
    expect(folder.map(({ type, path }) => `${type} ${path}`).toSorted()).toEqual([
      'directory sub folder/deeper',
      'file sub folder/näme one.txt',
    ])
    const [expanded] = await Array.fromAsync(listFiles({ ...params, path: 'weights', expand: true }))
    expect(expanded).toMatchObject({ size: 3_000_001, lfs: { size: 3_000_001 }, lastCommit: { id: commit } })
    expect(JSON.stringify(all)).not.toContain('xetHash')
  })

  it('downloads every file as it is, also empty ones and ones with a space in the name', async () => {
    for (const path of paths) {
      const info = await fileDownloadInfo({ ...params, path })
      const wanted = await expected(path)
      expect({ path, size: info?.size }).toEqual({ path, size: wanted.length })
      expect(info?.xet).toBeUndefined()
      const blob = await downloadFile({ ...params, path })
      expect((await bytes(blob)).equals(wanted)).toBe(true)
    }
  })

  it('reads a slice without the rest', async () => {
    const blob = await downloadFile({ ...params, path: weights.path })
    const slice = await bytes(blob?.slice(1_000_000, 1_000_010) ?? null)
    expect(slice.equals((await bytesOf(weights)).subarray(1_000_000, 1_000_010))).toBe(true)
  })

  it('downloads the pointer in the place of a large file where it wants what git holds', async () => {
    const [entry] = await pathsInfo({ ...params, paths: [weights.path] })
    const text = (await bytes(await downloadFile({ ...params, path: weights.path, raw: true }))).toString()
    expect(text).toBe(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${entry?.lfs?.oid}\nsize ${weights.sizeBytes}\n`,
    )
    expect(text).toHaveLength(entry?.lfs?.pointerSize ?? 0)
    const small = await downloadFile({ ...params, path: 'config.json', raw: true })
    expect((await bytes(small)).equals(await expected('config.json'))).toBe(true)
    expect((await get(`/${repo}/raw/main/config.json`)).headers.get('content-type')).toBe('application/octet-stream')
  })

  it('downloads a snapshot, every byte of it', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'slipway-hub-cache-'))
    const silence = vi.spyOn(console, 'debug').mockImplementation(() => {})
    const folder = await snapshotDownload({ ...params, cacheDir })
    silence.mockRestore()
    expect(folder).toContain(commit)
    for (const path of paths) expect((await readFile(join(folder, path))).equals(await expected(path))).toBe(true)
    await rm(cacheDir, { recursive: true })
  })

  it('is told which files are there and which are not', async () => {
    expect(await fileExists({ ...params, path: 'config.json' })).toBe(true)
    expect(await fileExists({ ...params, path: 'nothing.json' })).toBe(false)
    expect(await downloadFile({ ...params, path: 'nothing.json' })).toBeNull()
    const found = await pathsInfo({ ...params, paths: ['config.json', 'nothing', 'sub folder'], expand: true })
    expect(found.map(({ type, path }) => `${type} ${path}`)).toEqual(['file config.json', 'directory sub folder'])
    expect(found[0]?.lastCommit.id).toBe(commit)
  })

  it('lists the commits, newest first and in pages', async () => {
    const commits = await Array.fromAsync(listCommits({ ...params, batchSize: 1 }))
    expect(commits).toHaveLength(2)
    expect(commits[0]?.oid).toBe(commit)
    expect(await countCommits(params)).toBe(2)
    const older = commits[1]?.oid ?? ''
    expect(await fileExists({ ...params, revision: older, path: 'late.txt' })).toBe(false)
    expect(await Array.fromAsync(listCommits({ ...params, revision: older }))).toHaveLength(1)
  })

  it('lists models by owner, task, tag and part of a name, in pages', async () => {
    const names = async (search: NonNullable<Parameters<typeof listModels>[0]>['search'], limit?: number) =>
      (await Array.fromAsync(listModels({ ...params, search: search ?? {}, ...(limit && { limit }) }))).map(
        ({ name }) => name,
      )
    expect(await names({ owner: 'acme' })).toEqual([repo, 'acme/tiny-embedder'])
    expect(await names({})).toEqual(expect.arrayContaining([repo, 'acme/tiny-embedder']))
    expect(await names({}, 1)).toEqual([repo])
    expect(await names({ query: 'EMBED' })).toEqual(['acme/tiny-embedder'])
    expect(await names({ owner: 'nobody' })).toEqual([])
    expect(await names({ owner: 'acme', task: 'fill-mask' })).toEqual([repo])
    expect(await names({ tags: ['license:mit', 'acceptance'] })).toEqual([repo])
    expect(await names({ tags: ['license:gpl'] })).toEqual([])
    const refused = await failure(names({ inferenceProviders: ['x' as never] }))
    expect(refused).toMatchObject({ statusCode: 400, message: expect.stringContaining('pipeline_tag') })
  })

  it('follows pages on this server', async () => {
    const first = await get('/api/models?limit=1&author=acme')
    expect(await first.json()).toHaveLength(1)
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
    expect(next.startsWith(`${target.api.url}/api/models?limit=1&author=acme&cursor=`)).toBe(true)
    const second = await get(next.slice(target.api.url.length))
    expect(await second.json()).toMatchObject([{ id: 'acme/tiny-embedder' }])
    expect(second.headers.get('link')).toBeNull()
  })

  it('is told clearly what is missing', async () => {
    await checkRepoAccess(params)
    expect(await repoExists(params)).toBe(true)
    expect(await repoExists({ ...params, repo: 'acme/none' })).toBe(false)
    expect(await failure(checkRepoAccess({ ...params, repo: 'acme/none' }))).toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('acme/none'),
    })
    expect(await failure(modelInfo({ ...params, name: repo, revision: 'nowhere' }))).toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('nowhere'),
    })
    const wrongKey = { ...params, accessToken: `hf_${'x'.repeat(43)}` }
    expect(await failure(whoAmI(wrongKey))).toMatchObject({ statusCode: 401 })
    const { accessToken: _, ...anonymous } = params
    const refused = await failure(checkRepoAccess(anonymous))
    expect(refused).toMatchObject({ statusCode: 401, message: expect.stringContaining('Bearer hf_') })
  })
})

describe('a file by its address', () => {
  const path = `/${repo}/resolve/main/${weights.path}`

  it('is said to be what it is by HEAD, without its bytes', async () => {
    const head = await get(path, {}, 'HEAD')
    expect(head.status).toBe(200)
    const tag = head.headers.get('etag') ?? ''
    expect(tag).toMatch(/^"[0-9a-f]{64}"$/)
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'x-linked-etag': tag,
      'x-linked-size': '3000001',
      'content-length': '3000001',
      'x-repo-commit': commit,
      'accept-ranges': 'bytes',
      'cache-control': 'no-transform',
      'content-disposition': expect.stringContaining('model.safetensors'),
    })
    const small = await get(`/${repo}/resolve/main/config.json`, {}, 'HEAD')
    expect(small.headers.get('x-linked-etag')).toMatch(/^"[0-9a-f]{40}"$/)
  })

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=3000000-', 3_000_000, 3_000_001],
    ['bytes=-5', 2_999_996, 3_000_001],
    ['bytes=2999999-9999999', 2_999_999, 3_000_001],
  ])('is sent in part for Range: %s', async (range, start, end) => {
    const answer = await get(path, { range })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/3000001`)
    const body = Buffer.from(await answer.arrayBuffer())
    expect(body.equals((await bytesOf(weights)).subarray(start, end))).toBe(true)
  })

  it('has no part behind its end', async () => {
    const answer = await get(path, { range: 'bytes=3000001-' })
    expect(answer.status).toBe(416)
    expect(answer.headers.get('content-range')).toBe('bytes */3000001')
  })

  it('is not sent again to who has it', async () => {
    const etag = (await get(path, {}, 'HEAD')).headers.get('etag') ?? ''
    expect((await get(path, { 'if-none-match': `"other", W/${etag}` })).status).toBe(304)
    expect((await get(path, { 'if-none-match': '"other"' }, 'HEAD')).status).toBe(200)
    const changed = await get(path, { range: 'bytes=0-0', 'if-range': '"other"' }, 'HEAD')
    expect(changed.status).toBe(200)
  })

  it('may be empty', async () => {
    const answer = await get(`/${repo}/resolve/main/empty.txt`, { range: 'bytes=0-0' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-range')).toBe('bytes */0')
    expect(await answer.text()).toBe('')
  })

  it('is run by no browser', async () => {
    const { headers } = await get(`/${repo}/resolve/main/README.md`, {}, 'HEAD')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain('sandbox')
  })

  it.each([
    ['/acme/none/resolve/main/x', 'RepoNotFound'],
    ['/gpt2/resolve/main/x', 'RepoNotFound'],
    [`/${repo}/resolve/none/x`, 'RevisionNotFound'],
    [`/${repo}/resolve/refs%2Fpr%2F1/x`, 'RevisionNotFound'],
    [`/${repo}/resolve/LONG/x`, 'RevisionNotFound'],
    [`/${repo}/resolve/main/none`, 'EntryNotFound'],
    [`/${repo}/resolve/main/..%2Fx`, 'EntryNotFound'],
    [`/${repo}/resolve/main/LONG`, 'EntryNotFound'],
    [`/api/models/${repo}/tree/main/none`, 'EntryNotFound'],
    ['/api/models/gpt2/revision/main', 'RepoNotFound'],
    ['/api/datasets/acme/files', 'RepoNotFound'],
    ['/datasets/acme/files/resolve/main/x', 'RepoNotFound'],
  ])('that is not there is said so by name: %s', async (missing, code) => {
    const answer = await get(missing.replace('LONG', 'a'.repeat(2000)))
    expect(answer.status).toBe(404)
    expect(answer.headers.get('x-error-code')).toBe(code)
    expect(answer.headers.get('x-error-message')).not.toBe('')
    expect(answer.headers.get('x-repo-commit')).toBe(code === 'EntryNotFound' ? commit : null)
    expect(await answer.json()).toEqual({ error: expect.any(String) })
  })

  it.each([
    `/${repo}/resolve/main/%zz`,
    `/api/models/${repo}/tree/main?cursor=x`,
    `/api/models/${repo}/commits/main?limit=-1`,
    '/api/models?cursor=x',
    '/api/models?limit=many',
    '/api/models?sort=color',
  ])('or that is nonsense is refused: %s', async (nonsense) => {
    expect((await get(nonsense)).status).toBe(400)
  })
})

describe('who may ask', () => {
  const routes = [
    `/${repo}/resolve/main/config.json`,
    `/${repo}/raw/main/config.json`,
    `/api/models/${repo}`,
    `/api/models/${repo}/tree/main`,
    `/api/models/${repo}/refs`,
    `/api/models/${repo}/commits/main`,
    `/api/models/${repo}/auth-check`,
  ]

  it.each(['/api/whoami-v2', ...routes])('is someone with a key: %s', async (path) => {
    const anonymous = await fetch(target.api.url + path)
    expect(anonymous.status).toBe(401)
    expect(anonymous.headers.get('x-error-code')).toBe('RepoNotFound')
    const wrong = await get(path, { authorization: `Bearer hf_${'x'.repeat(43)}` })
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('x-error-message')).toBe('Invalid credentials in Authorization header')
    expect(wrong.headers.get('x-error-code')).toBeNull()
  })

  it.each(routes)('has a key that may read: %s', async (path) => {
    const { body: key } = await target.api.post('/api/v1/keys', { name: 'infers', scopes: ['infer'] })
    const authorization = `Bearer ${key.token}`
    expect((await get(path, { authorization })).status).toBe(403)
    expect(await (await get('/api/whoami-v2', { authorization })).json()).toMatchObject({
      auth: { accessToken: { displayName: 'infers', role: 'fineGrained' } },
    })
  })

  it('is told of no private model without a key that may read it', async () => {
    const { body: key } = await target.api.post('/api/v1/keys', { name: 'infers', scopes: ['infer'] })
    for (const headers of [{}, { authorization: `Bearer ${key.token}` }] as Record<string, string>[]) {
      const answer = await fetch(`${target.api.url}/api/models`, { headers })
      expect([answer.status, await answer.json()]).toEqual([200, []])
    }
    expect((await get('/api/models', { authorization: `Bearer hf_${'x'.repeat(43)}` })).status).toBe(401)
  })

  it('is told whether a key may write', async () => {
    const { body: key } = await target.api.post('/api/v1/keys', { name: 'reads', scopes: ['read'] })
    const check = `/api/models/${repo}/auth-check`
    expect((await get(check)).status).toBe(200)
    expect((await get(`${check}/write`)).status).toBe(200)
    const reader = { authorization: `Bearer ${key.token}` }
    expect((await get(check, reader)).status).toBe(200)
    expect((await get(`${check}/write`, reader)).status).toBe(403)
    expect((await get('/api/models/acme/none/auth-check')).headers.get('x-error-code')).toBe('RepoNotFound')
  })

  it('may be any page, which sees what a client needs', async () => {
    const path = `/${repo}/resolve/main/config.json`
    const asked = await fetch(target.api.url + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://page.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization,range',
      },
    })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')
    for (const headers of [(await get(path)).headers, (await get('/api/models/a/none')).headers]) {
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-expose-headers')).toMatch(/X-Repo-Commit.*X-Error-Code.*Link.*X-Linked-Size/)
      expect(headers.get('access-control-allow-credentials')).toBeNull()
    }
  })
})

describe('a drop', () => {
  it('is pulled by its tag, whose name may hold a slash or be said in full', async (context) => {
    const { host } = target
    if (host === undefined) return context.skip('the drop folder of the stack is not ours')
    const folder = join(host.dataDir, 'drop/acme/dropped/v1')
    for (const [path, content] of [
      ['config.json', '{}'],
      ['note.txt', ''],
      ['_SUCCESS', ''],
    ] as const) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    await eventually(
      () => target.api.get('/api/v1/repos/acme/dropped'),
      ({ status }) => status === 200,
    )
    const refs = (await (await get('/api/models/acme/dropped/refs?include_prs=1')).json()) as {
      tags: { targetCommit: string }[]
    }
    expect(refs).toMatchObject({ tags: [{ name: 'v1', ref: 'refs/tags/v1' }], converts: [], pullRequests: [] })
    const dropped = { ...params, repo: 'acme/dropped' }
    for (const revision of ['v1', 'refs/tags/v1', 'refs/heads/main', 'HEAD', refs.tags[0]?.targetCommit ?? '']) {
      expect((await bytes(await downloadFile({ ...dropped, revision, path: 'config.json' }))).toString()).toBe('{}')
      const listed = await Array.fromAsync(listFiles({ ...dropped, revision }))
      expect(listed.map(({ path }) => path)).toEqual(['config.json', 'note.txt'])
    }
    expect((await bytes(await downloadFile({ ...dropped, path: 'note.txt' }))).length).toBe(0)
  })
})
