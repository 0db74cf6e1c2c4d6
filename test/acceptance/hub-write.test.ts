import { createHash } from 'node:crypto'
import {
  checkRepoAccess,
  commit,
  countCommits,
  createBranch,
  createRepo,
  datasetInfo,
  deleteBranch,
  deleteFile,
  deleteFiles,
  deleteRepo,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  type HubApiError,
  listCommits,
  listDatasets,
  listFiles,
  listModels,
  modelInfo,
  pathsInfo,
  repoExists,
  uploadFile,
  uploadFiles,
  uploadFilesWithProgress,
} from '@huggingface/hub'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { createApi } from '../support/http.ts'
import { startTarget, type Target } from './target.ts'

let target: Target
let params: { hubUrl: string; accessToken: string }
beforeAll(async () => {
  target = await startTarget()
  params = { hubUrl: target.api.url, accessToken: target.key }
})
afterAll(() => target.close())

const blob = (content: string | Buffer) => new Blob([typeof content === 'string' ? content : new Uint8Array(content)])
/** Bytes that no other content has. */
const bytesOf = (sizeBytes: number, seed: string) => {
  const unit = createHash('sha256').update(seed).digest()
  return Buffer.alloc(sizeBytes, unit)
}
const textOf = async (given: Parameters<typeof downloadFile>[0]) => (await (await downloadFile(given))?.text()) ?? null
const failure = (work: Promise<unknown>): Promise<HubApiError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: HubApiError) => error,
  )
const ask = (path: string, { key = target.key, ...init }: RequestInit & { key?: string } = {}) =>
  fetch(target.api.url + path, {
    ...init,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
  })
const post = (path: string, body: unknown, init: RequestInit & { key?: string } = {}) =>
  ask(path, { method: 'POST', body: JSON.stringify(body), ...init })
const sendCommit = (repo: string, lines: unknown[], { branch = 'main', key = target.key } = {}) =>
  ask(`/api/models/${repo}/commit/${branch}`, {
    method: 'POST',
    key,
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  })
const header = (value: Record<string, unknown> = {}) => ({ key: 'header', value: { summary: 'a commit', ...value } })
const file = (path: string, text: string) => ({
  key: 'file',
  value: { path, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
})
const pathsIn = async (repo: string, revision = 'main') =>
  (await Array.fromAsync(listFiles({ ...params, repo, revision, recursive: true })))
    .filter(({ type }) => type === 'file')
    .map(({ path }) => path)

describe('@huggingface/hub', () => {
  it('makes a repo with a first commit, once', async () => {
    const repo = 'writers/first'
    const made = await createRepo({
      ...params,
      repo,
      license: 'mit',
      files: [{ path: 'note.txt', content: blob('hi') }],
    })
    expect(made).toEqual({ repoUrl: `${target.api.url}/${repo}`, id: repo })
    expect(await pathsIn(repo)).toEqual(['README.md', 'note.txt'])
    expect(await countCommits({ ...params, repo })).toBe(1)
    expect(await repoExists({ ...params, repo })).toBe(true)
    expect(await modelInfo({ ...params, name: repo })).toMatchObject({ name: repo, private: true })
    const twice = await post('/api/repos/create', { name: 'FIRST', organization: 'writers', type: 'model' })
    expect(twice.status).toBe(409)
    expect(await twice.json()).toMatchObject({ url: `${target.api.url}/${repo}`, error: expect.stringContaining(repo) })
    await eventually(
      () => target.api.get(`/api/v1/repos/${repo}`),
      ({ body }) => body.license === 'mit',
    )
  })

  it('uploads small and large files in one commit, and gets the same bytes back', async () => {
    const repo = 'writers/files'
    await createRepo({ ...params, repo })
    const large = bytesOf(40 * 1024 ** 2 + 17, 'large')
    const onnx = bytesOf(100_000, 'onnx')
    const given = {
      'config.json': '{"a": 1}',
      'empty.txt': '',
      'weights/model.safetensors': large,
      'a b/näme.onnx': onnx,
    }
    const files = Object.entries(given).map(([path, content]) => ({ path, content: blob(content) }))
    const made = await uploadFiles({
      ...params,
      repo,
      files,
      commitTitle: 'adds a model',
      commitDescription: 'all of it',
    })
    expect(made?.commit.url).toBe(`${target.api.url}/${repo}/commit/${made?.commit.oid}`)
    const [last] = await Array.fromAsync(listCommits({ ...params, repo }))
    expect(last).toMatchObject({ oid: made?.commit.oid, title: 'adds a model', message: 'all of it' })
    for (const [path, content] of Object.entries(given)) {
      const got = Buffer.from(await ((await downloadFile({ ...params, repo, path })) ?? blob('?')).arrayBuffer())
      expect(got.equals(Buffer.from(content)), path).toBe(true)
    }
    const [weights, config] = await pathsInfo({ ...params, repo, paths: ['weights/model.safetensors', 'config.json'] })
    expect(weights?.lfs).toMatchObject({ size: large.length, oid: createHash('sha256').update(large).digest('hex') })
    expect(config?.oid).toBe(createHash('sha1').update('blob 8\0{"a": 1}').digest('hex'))
    expect((await fileDownloadInfo({ ...params, repo, path: 'weights/model.safetensors' }))?.size).toBe(large.length)
  })

  it('sends again nothing that its owner holds, and says how far it is', async () => {
    const repo = 'writers/again'
    await createRepo({ ...params, repo })
    const content = bytesOf(2_000_000, 'again')
    await uploadFile({ ...params, repo, file: { path: 'one.onnx', content: blob(content) } })
    const sent: string[] = []
    const counting: typeof fetch = (input, init) => {
      sent.push(`${init?.method ?? 'GET'} ${String(input)}`)
      return fetch(input, init)
    }
    await createRepo({ ...params, repo: 'writers/other' })
    const held = { path: 'two.onnx', content: blob(content) }
    await uploadFile({ ...params, repo: 'writers/other', file: held, fetch: counting })
    expect(sent.filter((line) => line.startsWith('PUT'))).toEqual([])
    expect(sent.filter((line) => line.includes('/commit/'))).toHaveLength(1)
    const files = [{ path: 'three.onnx', content: blob(content) }]
    const events = await Array.fromAsync(uploadFilesWithProgress({ ...params, repo: 'writers/other', files }))
    expect(events).toContainEqual(expect.objectContaining({ event: 'fileProgress', path: 'three.onnx', progress: 1 }))
    expect(await fileExists({ ...params, repo: 'writers/other', path: 'two.onnx' })).toBe(true)
  })

  it('edits, deletes files and folders, and leaves what was as it was', async () => {
    const repo = 'writers/edits'
    await createRepo({ ...params, repo })
    const files = ['a.txt', 'b.txt', 'sub/c.txt', 'sub/d.txt'].map((path) => ({ path, content: blob(path) }))
    const first = await uploadFiles({ ...params, repo, files })
    await deleteFile({ ...params, repo, path: 'a.txt' })
    await deleteFiles({ ...params, repo, paths: ['sub/c.txt'] })
    await commit({
      ...params,
      repo,
      title: 'both at once',
      operations: [
        { operation: 'delete', path: 'b.txt' },
        { operation: 'addOrUpdate', path: 'sub/d.txt', content: blob('new') },
        {
          operation: 'edit',
          path: 'e.txt',
          originalContent: blob('0123'),
          edits: [{ content: blob('xx'), start: 1, end: 2 }],
        },
      ],
    })
    expect(await pathsIn(repo)).toEqual(['e.txt', 'sub/d.txt'])
    expect(await textOf({ ...params, repo, path: 'sub/d.txt' })).toBe('new')
    expect(await textOf({ ...params, repo, path: 'e.txt' })).toBe('0xx23')
    expect(await pathsIn(repo, first?.commit.oid)).toEqual(files.map(({ path }) => path))
    expect(await countCommits({ ...params, repo })).toBe(5)
    expect((await sendCommit(repo, [header(), { key: 'deletedFolder', value: { path: 'sub/' } }])).status).toBe(200)
    expect(await pathsIn(repo)).toEqual(['e.txt'])
  })

  it('refuses a commit that was made of another state of the branch', async () => {
    const repo = 'writers/stale'
    await createRepo({ ...params, repo })
    const one = await uploadFile({ ...params, repo, file: { path: 'a', content: blob('1') } })
    const parentCommit = one?.commit.oid ?? ''
    const next = await uploadFile({ ...params, repo, file: { path: 'a', content: blob('2') }, parentCommit })
    const stale = failure(uploadFile({ ...params, repo, file: { path: 'a', content: blob('3') }, parentCommit }))
    expect(await stale).toMatchObject({ statusCode: 412, message: expect.stringContaining(next?.commit.oid ?? '?') })
    expect(await textOf({ ...params, repo, path: 'a' })).toBe('2')
    expect(
      (await sendCommit(repo, [header({ parentCommit: next?.commit.oid.slice(0, 7) }), file('a', '4')])).status,
    ).toBe(200)
  })

  it('makes branches of commits, works on them, and deletes them', async () => {
    const repo = 'writers/branches'
    await createRepo({ ...params, repo })
    const base = await uploadFile({ ...params, repo, file: { path: 'a', content: blob('main') } })
    await createBranch({ ...params, repo, branch: 'dev/x' })
    await createBranch({ ...params, repo, branch: 'at-commit', revision: base?.commit.oid ?? '' })
    await createBranch({ ...params, repo, branch: 'empty', empty: true })
    await uploadFile({ ...params, repo, branch: 'dev/x', file: { path: 'a', content: blob('dev') } })
    expect(await textOf({ ...params, repo, path: 'a', revision: 'dev/x' })).toBe('dev')
    expect(await textOf({ ...params, repo, path: 'a' })).toBe('main')
    expect(await pathsIn(repo, 'empty')).toEqual([])
    const refused = async (branch: string, more = {}) =>
      (await failure(createBranch({ ...params, repo, branch, ...more }))).statusCode
    expect(await refused('dev/x')).toBe(409)
    expect(await refused('dev')).toBe(409)
    expect(await refused('dev/x/y')).toBe(409)
    expect(await refused('new', { revision: 'nowhere' })).toBe(404)
    expect(await refused('a..b')).toBe(400)
    expect(await refused('b'.repeat(40))).toBe(400)
    await createBranch({ ...params, repo, branch: 'dev/x', overwrite: true })
    expect(await textOf({ ...params, repo, path: 'a', revision: 'dev/x' })).toBe('dev')
    await createBranch({ ...params, repo, branch: 'dev/x', overwrite: true, revision: 'main' })
    expect(await textOf({ ...params, repo, path: 'a', revision: 'dev/x' })).toBe('main')
    await deleteBranch({ ...params, repo, branch: 'dev/x' })
    expect((await failure(deleteBranch({ ...params, repo, branch: 'dev/x' }))).statusCode).toBe(404)
    expect((await failure(deleteBranch({ ...params, repo, branch: 'main' }))).statusCode).toBe(400)
    expect(await pathsIn(repo)).toEqual(['a'])
    const lost = failure(uploadFile({ ...params, repo, branch: 'dev/x', file: { path: 'a', content: blob('x') } }))
    expect((await lost).statusCode).toBe(404)
  })

  it('keeps datasets beside models, under names of their own', async () => {
    const dataset = { type: 'dataset', name: 'writers/data' } as const
    await createRepo({ ...params, repo: dataset })
    await createRepo({ ...params, repo: 'writers/data' })
    const rows = bytesOf(50_000, 'rows')
    await uploadFiles({
      ...params,
      repo: dataset,
      files: [
        { path: 'train.csv', content: blob('a,b\n1,2\n') },
        { path: 'rows.parquet', content: blob(rows) },
      ],
    })
    expect(await textOf({ ...params, repo: dataset, path: 'train.csv' })).toBe('a,b\n1,2\n')
    expect((await downloadFile({ ...params, repo: dataset, path: 'rows.parquet' }))?.size).toBe(rows.length)
    expect(await pathsIn('writers/data')).toEqual([])
    expect(await datasetInfo({ ...params, name: 'writers/data' })).toMatchObject({
      name: 'writers/data',
      private: true,
    })
    const names = (await Array.fromAsync(listDatasets({ ...params, search: { owner: 'writers' } }))).map(
      ({ name }) => name,
    )
    expect(names).toEqual(['writers/data'])
    await deleteRepo({ ...params, repo: dataset })
    expect(await repoExists({ ...params, repo: dataset })).toBe(false)
    expect(await repoExists({ ...params, repo: 'writers/data' })).toBe(true)
  })

  it('deletes a repo, which is gone for every route at once', async () => {
    const repo = 'writers/gone'
    await createRepo({ ...params, repo })
    await uploadFile({ ...params, repo, file: { path: 'a', content: blob('a') } })
    await deleteRepo({ ...params, repo })
    expect(await repoExists({ ...params, repo })).toBe(false)
    expect(await downloadFile({ ...params, repo, path: 'a' }).catch((error) => error.statusCode)).toBe(404)
    expect((await sendCommit(repo, [header(), file('b', 'b')])).status).toBe(404)
    const models = await Array.fromAsync(listModels({ ...params, search: { owner: 'writers' } }))
    expect(models.map(({ name }) => name)).not.toContain(repo)
    const taken = await post('/api/repos/create', { name: 'gone', organization: 'writers' })
    expect([taken.status, await taken.json()]).toEqual([409, { error: expect.stringContaining('brought back') }])
  })
})

describe('what the protocol has beside', () => {
  it('renames a repo, whose old name leads to it until someone takes it', async () => {
    const repo = 'writers/old-name'
    await createRepo({ ...params, repo })
    await uploadFile({ ...params, repo, file: { path: 'a', content: blob('moved') } })
    await createRepo({ ...params, repo: 'writers/taken' })
    const move = (fromRepo: string, toRepo: string) => post('/api/repos/move', { fromRepo, toRepo, type: 'model' })
    expect((await move(repo, 'writers/taken')).status).toBe(409)
    expect((await move(repo, 'others/new-name')).status).toBe(200)
    expect(await textOf({ ...params, repo: 'others/new-name', path: 'a' })).toBe('moved')
    expect(await textOf({ ...params, repo, path: 'a' })).toBe('moved')
    expect((await modelInfo({ ...params, name: repo })).name).toBe('others/new-name')
    await createRepo({ ...params, repo })
    expect(await pathsIn(repo)).toEqual([])
    expect((await move('writers/nothing', 'writers/x')).status).toBe(404)
    expect((await move('others/new-name', 'others/../x')).status).toBe(400)
  })

  it('opens a repo to everyone, and closes it', async () => {
    const repo = 'writers/open'
    await createRepo({ ...params, repo, private: false })
    await uploadFile({ ...params, repo, file: { path: 'a', content: blob('open') } })
    const { accessToken: _, ...stranger } = params
    expect(await textOf({ ...stranger, repo, path: 'a' })).toBe('open')
    expect((await modelInfo({ ...stranger, name: repo })).private).toBe(false)
    expect((await Array.fromAsync(listModels(stranger))).map(({ name }) => name)).toEqual([repo])
    const settings = (body: unknown) => post(`/api/models/${repo}/settings`, body, { method: 'PUT' })
    expect((await settings({ visibility: 'private' })).status).toBe(200)
    expect((await failure(checkRepoAccess({ ...stranger, repo }))).statusCode).toBe(401)
    expect(await Array.fromAsync(listModels(stranger))).toEqual([])
    expect((await settings({ visibility: 'protected' })).status).toBe(400)
    expect((await settings({ gated: 'auto' })).status).toBe(400)
    expect((await settings({ private: false })).status).toBe(200)
    expect(await textOf({ ...stranger, repo, path: 'a' })).toBe('open')
  })

  it('tags commits, each tag once', async () => {
    const repo = 'writers/tags'
    await createRepo({ ...params, repo })
    await uploadFile({ ...params, repo, file: { path: 'a', content: blob('1') } })
    const tag = (body: unknown, revision = 'main') => post(`/api/models/${repo}/tag/${revision}`, body)
    expect((await tag({ tag: 'v1', message: 'the first' })).status).toBe(200)
    await uploadFile({ ...params, repo, file: { path: 'a', content: blob('2') } })
    expect((await tag({ tag: 'v1' })).status).toBe(409)
    expect((await tag({ tag: 'v2' }, 'nowhere')).status).toBe(404)
    expect((await tag({ tag: '-' })).status).toBe(400)
    expect(await textOf({ ...params, repo, path: 'a', revision: 'v1' })).toBe('1')
    const onTag = failure(uploadFile({ ...params, repo, branch: 'v1', file: { path: 'a', content: blob('3') } }))
    expect((await onTag).statusCode).toBe(404)
    expect((await ask(`/api/models/${repo}/tag/v1`, { method: 'DELETE' })).status).toBe(200)
    expect((await ask(`/api/models/${repo}/tag/v1`, { method: 'DELETE' })).status).toBe(404)
  })

  it.each([
    ['GET', 'xet-write-token/main', 404, /HF_HUB_DISABLE_XET=1/],
    ['GET', 'xet-read-token/main', 404, /HF_HUB_DISABLE_XET=1/],
    ['POST', 'super-squash/main', 501, /cannot be squashed/],
    ['POST', 'commit/main?create_pr=1', 400, /no pull requests/],
    ['POST', 'preupload/main?create_pr=1', 400, /no pull requests/],
    ['POST', 'duplicate', 501, /cannot be duplicated/],
    ['POST', 'discussions', 501, /no pull requests/],
    ['GET', 'lfs-files', 501, /collected by itself/],
  ])('says clearly what it has not: %s %s', async (method, path, status, message) => {
    const repo = 'writers/refused'
    await createRepo({ ...params, repo }).catch(() => {})
    const answer = await ask(`/api/models/${repo}/${path}`, { method, ...(method === 'POST' && { body: '{}' }) })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-error-message')).toMatch(message)
    expect((await ask(`/api/models/writers/none/${path}`, { method })).status).toBe(404)
  })

  it('tells llama.cpp which file to run', async () => {
    const repo = 'writers/gguf'
    await createRepo({ ...params, repo })
    const files = ['m-Q4_K_M.gguf', 'm-Q8_0.gguf'].map((path) => ({ path, content: blob(bytesOf(1000, path)) }))
    await uploadFiles({ ...params, repo, files })
    const manifest = (tag: string) => ask(`/v2/${repo}/manifests/${tag}`, { headers: { 'user-agent': 'llama-cpp' } })
    expect(await (await manifest('latest')).json()).toMatchObject({
      ggufFile: { rfilename: 'm-Q4_K_M.gguf', size: 1000 },
    })
    expect(await (await manifest('Q8_0')).json()).toMatchObject({ ggufFile: { rfilename: 'm-Q8_0.gguf' } })
    expect((await manifest('Q2_K')).status).toBe(404)
    expect((await fetch(`${target.api.url}/v2/${repo}/manifests/latest`)).status).toBe(401)
  })

  it('judges a model card, sent as JSON or as a form', async () => {
    const good = await post('/api/validate-yaml', { content: '---\nlicense: mit\n---\n', repoType: 'model' })
    expect([good.status, await good.json()]).toEqual([200, { errors: [], warnings: [] }])
    const bad = await ask('/api/validate-yaml', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ content: '---\nlicense: [\n---\n', repoType: 'model' }).toString(),
    })
    expect([bad.status, await bad.json()]).toEqual([400, { errors: [{ message: expect.any(String) }], warnings: [] }])
  })

  it('warns clients that speak Xet alone, and only where it matters', async () => {
    const repo = 'writers/xet'
    await createRepo({ ...params, repo })
    const ahead = (path: string, agent: string) =>
      post(
        `/api/models/${repo}/preupload/main`,
        { files: [{ path, size: 10, sample: Buffer.from('text').toString('base64') }] },
        { headers: { 'user-agent': agent } },
      )
    const warning = async (path: string, agent: string) => (await ahead(path, agent)).headers.get('x-hf-warning')
    expect(await warning('m.onnx', 'unknown/None; hf_hub/2.4.0; python/3.12')).toMatch(
      /^xet; .*If this upload fails: set HF_HUB_DISABLE_XET=1/,
    )
    expect(await warning('m.onnx', 'unknown/None; hf_hub/1.20.0')).not.toBeNull()
    expect(await warning('m.txt', 'unknown/None; hf_hub/2.4.0')).toBeNull()
    expect(await warning('m.onnx', 'unknown/None; hf_hub/1.19.9')).toBeNull()
    expect(await warning('m.onnx', 'unknown/None; hf_hub/0.36.0')).toBeNull()
  })
})

describe('a commit that cannot be', () => {
  const repo = 'writers/hostile'
  const oid = createHash('sha256').update('never uploaded').digest('hex')
  beforeAll(async () => {
    await createRepo({ ...params, repo })
    await uploadFile({ ...params, repo, file: { path: 'kept.txt', content: blob('kept') } })
  })

  const lfs = (value: Record<string, unknown>) => ({
    key: 'lfsFile',
    value: { path: 'm.onnx', algo: 'sha256', oid, ...value },
  })
  it.each([
    ['names content that nobody uploaded', [header(), lfs({ size: 14 })], 422, /was not uploaded/],
    ['holds a pickle', [header(), file('model.pkl', 'x')], 400, /pickle/],
    ['leaves the repo', [header(), file('../x', 'x')], 400, /no path/],
    ['deletes what is not there', [header(), { key: 'deletedFile', value: { path: 'none' } }], 404, /none/],
    ['collides', [header(), file('KEPT.txt', 'x')], 400, /differ in case/],
    ['has no header', [file('a', 'a')], 400, /header is the first/],
  ])('is refused whole: it %s', async (_, lines, status, message) => {
    const before = await countCommits({ ...params, repo })
    const answer = await sendCommit(repo, [...lines.slice(0, 1), file('also.txt', 'also'), ...lines.slice(1)])
    expect([answer.status, answer.headers.get('x-error-message')]).toEqual([status, expect.stringMatching(message)])
    expect(await countCommits({ ...params, repo })).toBe(before)
    expect(await pathsIn(repo)).toEqual(['kept.txt'])
  })

  it('keeps pickles out before they are uploaded', async () => {
    const refused = await failure(
      uploadFile({ ...params, repo, file: { path: 'pytorch_model.bin', content: blob(bytesOf(1000, 'p')) } }),
    )
    expect(refused).toMatchObject({ statusCode: 400, message: expect.stringContaining('safetensors') })
  })

  it('changes nothing where nothing changes', async () => {
    const before = await countCommits({ ...params, repo })
    const again = await sendCommit(repo, [header(), file('kept.txt', 'kept')])
    const [head] = await Array.fromAsync(listCommits({ ...params, repo }))
    expect(await again.json()).toMatchObject({ success: true, commitOid: head?.oid })
    expect(await countCommits({ ...params, repo })).toBe(before)
  })
})

describe('an upload', () => {
  const repo = 'writers/uploads'
  const content = bytesOf(1000, 'an upload')
  const oid = createHash('sha256').update(content).digest('hex')
  interface Answer {
    transfer: string
    objects: {
      oid: string
      actions?: { upload: { href: string; header?: Record<string, string> }; verify: { href: string } }
      error?: { code: number }
    }[]
  }
  const batch = async (objects: unknown[], more = {}) => {
    const answer = await post(`/${repo}.git/info/lfs/objects/batch`, {
      operation: 'upload',
      transfers: ['basic', 'multipart', 'xet'],
      objects,
      ...more,
    })
    return { status: answer.status, ...((await answer.json()) as Answer) }
  }
  const actionsOf = async (size = content.length, name = oid) => {
    const { objects } = await batch([{ oid: name, size }])
    const actions = objects[0]?.actions
    if (actions === undefined) throw new Error('there is nothing to upload')
    return actions
  }
  beforeAll(() => createRepo({ ...params, repo }))

  it('is kept only where it is what it was said to be', async () => {
    const { upload, verify } = await actionsOf()
    const put = (body: Buffer) => fetch(upload.href, { method: 'PUT', body: new Uint8Array(body) })
    expect((await put(bytesOf(1000, 'forged'))).status).toBe(422)
    expect((await put(content.subarray(1))).status).toBe(400)
    expect((await fetch(verify.href, { method: 'POST', body: '{}' })).status).toBe(422)
    const named = { key: 'lfsFile', value: { path: 'm.onnx', algo: 'sha256', oid, size: 1000 } }
    expect((await sendCommit(repo, [header(), named])).status).toBe(422)
    expect((await put(content)).status).toBe(200)
    expect((await fetch(verify.href, { method: 'POST', body: '{}' })).status).toBe(200)
    expect((await batch([{ oid, size: 1000 }])).objects).toEqual([{ oid, size: 1000 }])
    const wrongSize = { ...named, value: { ...named.value, size: 999 } }
    expect((await sendCommit(repo, [header(), wrongSize])).status).toBe(400)
    expect((await sendCommit(repo, [header(), named])).status).toBe(200)
  })

  it('goes only to an address that was given for it', async () => {
    const other = createHash('sha256').update('another').digest('hex')
    const { upload, verify } = await actionsOf(7, other)
    const put = (href: string) => fetch(href, { method: 'PUT', body: 'another' })
    const forged = upload.href.replace(/signature=./, (found) => `signature=${found.endsWith('0') ? '1' : '0'}`)
    expect((await put(forged)).status).toBe(403)
    expect((await put(upload.href.replace(/&signature=.*/, ''))).status).toBe(403)
    expect((await put(upload.href.replace(/expires=\d+/, 'expires=99999999999'))).status).toBe(403)
    expect((await put(upload.href.replace(other, oid))).status).toBe(403)
    expect((await fetch(upload.href, { method: 'POST', body: 'another' })).status).toBe(404)
    expect((await fetch(upload.href.replace('/content?', '/verify?'), { method: 'POST' })).status).toBe(403)
    expect((await put(verify.href)).status).toBe(404)
    expect((await put(upload.href)).status).toBe(200)
  })

  it('comes in parts, the last of them short, and is joined once they are all there', async () => {
    const large = bytesOf(32 * 1024 ** 2 + 5, 'in parts')
    const name = createHash('sha256').update(large).digest('hex')
    const { upload } = await actionsOf(large.length, name)
    const chunk = Number(upload.header?.chunk_size)
    expect(Object.keys(upload.header ?? {})).toEqual(['chunk_size', '00001', '00002'])
    const send = async (number: string, from: Buffer) => {
      const at = (Number(number) - 1) * chunk
      const href = upload.header?.[number] ?? ''
      const answer = await fetch(href, { method: 'PUT', body: new Uint8Array(from.subarray(at, at + chunk)) })
      return { partNumber: Number(number), etag: answer.headers.get('etag') ?? '' }
    }
    const complete = async (parts: unknown) =>
      (await fetch(upload.href, { method: 'POST', body: JSON.stringify({ oid: name, parts }) })).status
    const second = await send('00002', large)
    expect(await complete([second])).toBe(400)
    expect(await complete([{ partNumber: 1, etag: '"x"' }, second])).toBe(422)
    const wrong = await send('00001', bytesOf(large.length, 'wrong'))
    expect(await complete([wrong, second])).toBe(422)
    const again = (await actionsOf(large.length, name)).upload
    const parts: { partNumber: number; etag: string | null }[] = []
    for (const number of ['00001', '00002']) {
      const at = (Number(number) - 1) * chunk
      const body = new Uint8Array(large.subarray(at, at + chunk))
      const answer = await fetch(again.header?.[number] ?? '', { method: 'PUT', body })
      parts.push({ partNumber: Number(number), etag: answer.headers.get('etag') })
    }
    const done = () => fetch(again.href, { method: 'POST', body: JSON.stringify({ oid: name, parts }) })
    expect((await done()).status).toBe(200)
    expect((await done()).status).toBe(200)
    const named = { key: 'lfsFile', value: { path: 'large.onnx', algo: 'sha256', oid: name, size: large.length } }
    expect((await sendCommit(repo, [header(), named])).status).toBe(200)
  })

  it.each([
    [{ objects: [{ oid: 'short', size: 1 }] }],
    [{ objects: [{ oid, size: -1 }] }],
    [{ objects: [{ oid, size: 1.5 }] }],
    [{ objects: Array.from({ length: 257 }, () => ({ oid, size: 1 })) }],
    [{ operation: 'delete' }],
    [{ hash_algo: 'md5' }],
  ])('is asked for as the protocol has it: %#', async (more) => {
    expect((await batch([{ oid, size: 1000 }], more)).status).toBe(400)
  })

  it('is refused where no store would take it', async () => {
    const huge = { oid: 'e'.repeat(64), size: 6 * 1024 ** 4 }
    expect((await batch([huge])).objects).toEqual([{ ...huge, error: { code: 422, message: expect.any(String) } }])
  })

  it('is downloaded by who may read, from where the file is', async () => {
    const { objects } = (await (
      await post(`/${repo}.git/info/lfs/objects/batch`, {
        operation: 'download',
        objects: [
          { oid, size: 1000 },
          { oid: 'f'.repeat(64), size: 1 },
        ],
      })
    ).json()) as { objects: { actions?: { download: { href: string } }; error?: { code: number } }[] }
    const got = await fetch(objects[0]?.actions?.download.href ?? '', {
      headers: { authorization: `Bearer ${target.key}` },
    })
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true)
    expect(objects[1]?.error?.code).toBe(404)
  })
})

describe('who may write', () => {
  const repo = 'writers/guarded'
  const routes: [string, string, unknown][] = [
    ['POST', '/api/repos/create', { name: 'new', organization: 'writers' }],
    ['DELETE', '/api/repos/delete', { name: 'guarded', organization: 'writers' }],
    ['POST', '/api/repos/move', { fromRepo: repo, toRepo: 'writers/elsewhere' }],
    ['PUT', `/api/models/${repo}/settings`, { visibility: 'public' }],
    ['POST', `/api/models/${repo}/preupload/main`, { files: [] }],
    ['POST', `/${repo}.git/info/lfs/objects/batch`, { operation: 'upload', objects: [] }],
    ['POST', `/api/models/${repo}/commit/main`, header()],
    ['POST', `/api/models/${repo}/branch/b`, {}],
    ['DELETE', `/api/models/${repo}/branch/main`, {}],
    ['POST', `/api/models/${repo}/tag/main`, { tag: 'v1' }],
    ['DELETE', `/api/models/${repo}/tag/v1`, {}],
  ]
  beforeAll(() => createRepo({ ...params, repo }))

  it.each(routes)(
    'is nobody without a key, or with one that is wrong or may only read: %s %s',
    async (method, path, body) => {
      const { body: reader } = await target.api.post('/api/v1/keys', { name: 'reads', scopes: ['read'] })
      const before = await modelInfo({ ...params, name: repo, additionalFields: ['sha'] })
      const status = async (headers: Record<string, string>) =>
        (await fetch(target.api.url + path, { method, headers, body: JSON.stringify(body) })).status
      expect(await status({})).toBe(401)
      expect(await status({ authorization: `Bearer hf_${'x'.repeat(43)}` })).toBe(401)
      expect(await status({ authorization: `Bearer ${reader.token}` })).toBe(403)
      expect(await modelInfo({ ...params, name: repo, additionalFields: ['sha'] })).toEqual(before)
    },
  )

  it('is told of no repo that it may not see', async () => {
    const stranger = createApi({ url: target.api.url })
    for (const name of [repo, 'writers/none']) {
      const answer = await stranger.get(`/api/models/${name}`)
      expect(answer.status).toBe(401)
    }
  })
})

describe('many who commit at once', () => {
  it('lose nothing of what they commit to one branch', async () => {
    const repo = 'writers/crowd'
    await createRepo({ ...params, repo })
    const names = Array.from({ length: 12 }, (_, at) => `file-${at}.txt`)
    const answers = await Promise.all(names.map((name) => sendCommit(repo, [header(), file(name, name)])))
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200))
    expect(await pathsIn(repo)).toEqual(names.toSorted())
    expect(await countCommits({ ...params, repo })).toBe(13)
  })

  it('win one at a time from one parent', async () => {
    const repo = 'writers/race'
    await createRepo({ ...params, repo })
    for (let round = 0; round < 3; round++) {
      const [head] = await Array.fromAsync(listCommits({ ...params, repo }))
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, at) =>
          sendCommit(repo, [header({ parentCommit: head?.oid }), file('a', `${round} ${at}`)]),
        ),
      )
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 412)])
      expect(await countCommits({ ...params, repo })).toBe(round + 2)
    }
  })
})
