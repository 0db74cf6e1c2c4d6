import { createHash } from 'node:crypto'
import {
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
  listCommits,
  listDatasets,
  listModels,
  modelInfo,
  pathsInfo,
  repoExists,
  uploadFile,
  uploadFiles,
  uploadFilesWithProgress,
} from '@huggingface/hub'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { blob, bytesOf, failure, file, header, textOf, useHubWriter } from './hub-writer.ts'

const { hub, post, sendCommit, pathsIn } = useHubWriter()

describe('@huggingface/hub', () => {
  it('creates a repo with a first commit, once', async () => {
    const repo = 'writers/first'
    const made = await createRepo({
      ...hub.params,
      repo,
      license: 'mit',
      files: [{ path: 'note.txt', content: blob('hi') }],
    })
    expect(made).toEqual({ repoUrl: `${hub.target.api.url}/${repo}`, id: repo })
    expect(await pathsIn(repo)).toEqual(['README.md', 'note.txt'])
    expect(await countCommits({ ...hub.params, repo })).toBe(1)
    expect(await repoExists({ ...hub.params, repo })).toBe(true)
    expect(await modelInfo({ ...hub.params, name: repo })).toMatchObject({ name: repo, private: true })
    const twice = await post('/api/repos/create', { name: 'FIRST', organization: 'writers', type: 'model' })
    expect(twice.status).toBe(409)
    expect(await twice.json()).toMatchObject({
      url: `${hub.target.api.url}/${repo}`,
      error: expect.stringContaining(repo),
    })
    await eventually(
      () => hub.target.api.get(`/api/v1/repos/${repo}`),
      ({ body }) => body.license === 'mit',
    )
  })

  it('uploads small and large files in one commit, and reads the same bytes back', async () => {
    const repo = 'writers/files'
    await createRepo({ ...hub.params, repo })
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
      ...hub.params,
      repo,
      files,
      commitTitle: 'adds a model',
      commitDescription: 'all of it',
    })
    expect(made?.commit.url).toBe(`${hub.target.api.url}/${repo}/commit/${made?.commit.oid}`)
    const [last] = await Array.fromAsync(listCommits({ ...hub.params, repo }))
    expect(last).toMatchObject({ oid: made?.commit.oid, title: 'adds a model', message: 'all of it' })
    for (const [path, content] of Object.entries(given)) {
      const got = Buffer.from(await ((await downloadFile({ ...hub.params, repo, path })) ?? blob('?')).arrayBuffer())
      expect(got.equals(Buffer.from(content)), path).toBe(true)
    }
    const [weights, config] = await pathsInfo({
      ...hub.params,
      repo,
      paths: ['weights/model.safetensors', 'config.json'],
    })
    expect(weights?.lfs).toMatchObject({ size: large.length, oid: createHash('sha256').update(large).digest('hex') })
    expect(config?.oid).toBe(createHash('sha1').update('blob 8\0{"a": 1}').digest('hex'))
    expect((await fileDownloadInfo({ ...hub.params, repo, path: 'weights/model.safetensors' }))?.size).toBe(
      large.length,
    )
  })

  it('sends nothing again that the owner already has, and reports progress', async () => {
    const repo = 'writers/again'
    await createRepo({ ...hub.params, repo })
    const content = bytesOf(2_000_000, 'again')
    await uploadFile({ ...hub.params, repo, file: { path: 'one.onnx', content: blob(content) } })
    const sent: string[] = []
    const counting: typeof fetch = (input, init) => {
      sent.push(`${init?.method ?? 'GET'} ${String(input)}`)
      return fetch(input, init)
    }
    await createRepo({ ...hub.params, repo: 'writers/other' })
    const held = { path: 'two.onnx', content: blob(content) }
    await uploadFile({ ...hub.params, repo: 'writers/other', file: held, fetch: counting })
    expect(sent.filter((line) => line.startsWith('PUT'))).toEqual([])
    expect(sent.filter((line) => line.includes('/commit/'))).toHaveLength(1)
    const files = [{ path: 'three.onnx', content: blob(content) }]
    const events = await Array.fromAsync(uploadFilesWithProgress({ ...hub.params, repo: 'writers/other', files }))
    expect(events).toContainEqual(expect.objectContaining({ event: 'fileProgress', path: 'three.onnx', progress: 1 }))
    expect(await fileExists({ ...hub.params, repo: 'writers/other', path: 'two.onnx' })).toBe(true)
  })

  it('edits and deletes files and folders, and keeps older commits as they were', async () => {
    const repo = 'writers/edits'
    await createRepo({ ...hub.params, repo })
    const files = ['a.txt', 'b.txt', 'sub/c.txt', 'sub/d.txt'].map((path) => ({ path, content: blob(path) }))
    const first = await uploadFiles({ ...hub.params, repo, files })
    await deleteFile({ ...hub.params, repo, path: 'a.txt' })
    await deleteFiles({ ...hub.params, repo, paths: ['sub/c.txt'] })
    await commit({
      ...hub.params,
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
    expect(await textOf({ ...hub.params, repo, path: 'sub/d.txt' })).toBe('new')
    expect(await textOf({ ...hub.params, repo, path: 'e.txt' })).toBe('0xx23')
    expect(await pathsIn(repo, first?.commit.oid)).toEqual(files.map(({ path }) => path))
    expect(await countCommits({ ...hub.params, repo })).toBe(5)
    expect((await sendCommit(repo, [header(), { key: 'deletedFolder', value: { path: 'sub/' } }])).status).toBe(200)
    expect(await pathsIn(repo)).toEqual(['e.txt'])
  })

  it('refuses a commit based on another state of the branch', async () => {
    const repo = 'writers/stale'
    await createRepo({ ...hub.params, repo })
    const one = await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('1') } })
    const parentCommit = one?.commit.oid ?? ''
    const next = await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('2') }, parentCommit })
    const stale = failure(uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('3') }, parentCommit }))
    expect(await stale).toMatchObject({ statusCode: 412, message: expect.stringContaining(next?.commit.oid ?? '?') })
    expect(await textOf({ ...hub.params, repo, path: 'a' })).toBe('2')
    expect(
      (await sendCommit(repo, [header({ parentCommit: next?.commit.oid.slice(0, 7) }), file('a', '4')])).status,
    ).toBe(200)
  })

  it('creates branches from commits, commits to them, and deletes them', async () => {
    const repo = 'writers/branches'
    await createRepo({ ...hub.params, repo })
    const base = await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('main') } })
    await createBranch({ ...hub.params, repo, branch: 'dev/x' })
    await createBranch({ ...hub.params, repo, branch: 'at-commit', revision: base?.commit.oid ?? '' })
    await createBranch({ ...hub.params, repo, branch: 'empty', empty: true })
    await uploadFile({ ...hub.params, repo, branch: 'dev/x', file: { path: 'a', content: blob('dev') } })
    expect(await textOf({ ...hub.params, repo, path: 'a', revision: 'dev/x' })).toBe('dev')
    expect(await textOf({ ...hub.params, repo, path: 'a' })).toBe('main')
    expect(await pathsIn(repo, 'empty')).toEqual([])
    const refused = async (branch: string, more = {}) =>
      (await failure(createBranch({ ...hub.params, repo, branch, ...more }))).statusCode
    expect(await refused('dev/x')).toBe(409)
    expect(await refused('dev')).toBe(409)
    expect(await refused('dev/x/y')).toBe(409)
    expect(await refused('new', { revision: 'nowhere' })).toBe(404)
    expect(await refused('a..b')).toBe(400)
    expect(await refused('b'.repeat(40))).toBe(400)
    await createBranch({ ...hub.params, repo, branch: 'dev/x', overwrite: true })
    expect(await textOf({ ...hub.params, repo, path: 'a', revision: 'dev/x' })).toBe('dev')
    await createBranch({ ...hub.params, repo, branch: 'dev/x', overwrite: true, revision: 'main' })
    expect(await textOf({ ...hub.params, repo, path: 'a', revision: 'dev/x' })).toBe('main')
    await deleteBranch({ ...hub.params, repo, branch: 'dev/x' })
    expect((await failure(deleteBranch({ ...hub.params, repo, branch: 'dev/x' }))).statusCode).toBe(404)
    expect((await failure(deleteBranch({ ...hub.params, repo, branch: 'main' }))).statusCode).toBe(400)
    expect(await pathsIn(repo)).toEqual(['a'])
    const lost = failure(uploadFile({ ...hub.params, repo, branch: 'dev/x', file: { path: 'a', content: blob('x') } }))
    expect((await lost).statusCode).toBe(404)
  })

  it('keeps datasets separate from models of the same name', async () => {
    const dataset = { type: 'dataset', name: 'writers/data' } as const
    await createRepo({ ...hub.params, repo: dataset })
    await createRepo({ ...hub.params, repo: 'writers/data' })
    const rows = bytesOf(50_000, 'rows')
    await uploadFiles({
      ...hub.params,
      repo: dataset,
      files: [
        { path: 'train.csv', content: blob('a,b\n1,2\n') },
        { path: 'rows.parquet', content: blob(rows) },
      ],
    })
    expect(await textOf({ ...hub.params, repo: dataset, path: 'train.csv' })).toBe('a,b\n1,2\n')
    expect((await downloadFile({ ...hub.params, repo: dataset, path: 'rows.parquet' }))?.size).toBe(rows.length)
    expect(await pathsIn('writers/data')).toEqual([])
    expect(await datasetInfo({ ...hub.params, name: 'writers/data' })).toMatchObject({
      name: 'writers/data',
      private: true,
    })
    const names = (await Array.fromAsync(listDatasets({ ...hub.params, search: { owner: 'writers' } }))).map(
      ({ name }) => name,
    )
    expect(names).toEqual(['writers/data'])
    await deleteRepo({ ...hub.params, repo: dataset })
    expect(await repoExists({ ...hub.params, repo: dataset })).toBe(false)
    expect(await repoExists({ ...hub.params, repo: 'writers/data' })).toBe(true)
  })

  it('deletes a repo, which is then gone on every route', async () => {
    const repo = 'writers/gone'
    await createRepo({ ...hub.params, repo })
    await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('a') } })
    await deleteRepo({ ...hub.params, repo })
    expect(await repoExists({ ...hub.params, repo })).toBe(false)
    expect(await downloadFile({ ...hub.params, repo, path: 'a' }).catch((error) => error.statusCode)).toBe(404)
    expect((await sendCommit(repo, [header(), file('b', 'b')])).status).toBe(404)
    const models = await Array.fromAsync(listModels({ ...hub.params, search: { owner: 'writers' } }))
    expect(models.map(({ name }) => name)).not.toContain(repo)
    const taken = await post('/api/repos/create', { name: 'gone', organization: 'writers' })
    expect([taken.status, await taken.json()]).toEqual([410, { error: expect.stringContaining('restored') }])
  })
})
