import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downloadFile, fileDownloadInfo, listFiles, modelInfo, pathsInfo, whoAmI } from '@huggingface/hub'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../support/hub/files.ts'
import type { Hub } from '../../support/hub/start-hub.ts'
import { config, files, repo, sha256, start, token, weights } from './stand-in.ts'

const filePaths = async (hub: Hub, extra: { revision?: string } = {}) =>
  (await Array.fromAsync(listFiles({ repo, recursive: true, hubUrl: hub.url, ...extra })))
    .filter((entry) => entry.type === 'file')
    .map((entry) => entry.path)

describe('the stand-in Hub, read with @huggingface/hub', () => {
  it('returns the commit of a branch, a tag and a commit', async () => {
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

  it('lists one folder, and accepts a ref with an unencoded slash', async () => {
    const hub = await start()
    const top = await Array.fromAsync(listFiles({ repo, hubUrl: hub.url, revision: 'dev/v1' }))
    expect(top.map((entry) => `${entry.type} ${entry.path}`)).toEqual([
      'directory onnx',
      'directory vocab',
      'file config.json',
      'file empty.txt',
    ])
    const inside = await Array.fromAsync(listFiles({ repo, hubUrl: hub.url, path: 'onnx' }))
    expect(inside).toMatchObject([{ path: weights.path, lfs: { oid: sha256(await bytesOf(weights)), size: 300_000 } }])
  })

  it('serves the bytes of small and LFS files, also with a token', async () => {
    const hub = await start({ token })
    for (const file of files.filter(({ path }) => path !== 'empty.txt')) {
      const blob = await downloadFile({ repo, path: file.path, hubUrl: hub.url, accessToken: token })
      expect(Buffer.from(await (blob ?? new Blob([])).arrayBuffer())).toEqual(await bytesOf(file))
    }
  })

  it('answers a range of an empty file with 416, which the client treats as a failure', async () => {
    const hub = await start()
    const empty = downloadFile({ repo, path: 'empty.txt', hubUrl: hub.url })
    await expect(empty).rejects.toMatchObject({ statusCode: 416 })
  })

  it('is asked by downloadFile for one byte and then for all, and storage never gets the token', async () => {
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

  it('returns the size and ETag of a file, and null for a missing one', async () => {
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

  it('serves a folder on disk under the same commit every time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stand-in-hub-'))
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'sub', 'x.json'), '{}')
    const [one, two] = [await start({ folder }), await start({ folder })]
    expect(one.commitOf('acme/model')).toBe(two.commitOf('acme/model'))
    const blob = await downloadFile({ repo: 'acme/model', path: 'sub/x.json', hubUrl: one.url })
    expect(await blob?.text()).toBe('{}')
    await rm(folder, { recursive: true })
  })

  it('moves the branch when a file is added, and keeps the old commit readable', async () => {
    const hub = await start()
    const before = hub.commitOf(repo)
    const after = await hub.addFile({ repo, file: { path: 'new.txt', content: 'new' } })
    expect(hub.commitOf(repo)).toBe(after)
    expect(await filePaths(hub)).toContain('new.txt')
    expect(await filePaths(hub, { revision: before })).not.toContain('new.txt')
  })
})
