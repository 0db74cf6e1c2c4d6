import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import type { Fault } from '../../../support/hub/faults.ts'
import { bytesOf } from '../../../support/hub/files.ts'
import { files, repo, token } from './hub-files.ts'
import { listFailure, sourceOf, startUnder, startWith } from './hub-source.ts'

describe('listing a repo of a Hub', () => {
  it('returns every file with its size and hash at the commit of the ref', async () => {
    const hub = await startWith({ token })
    const { revision, files: found } = await sourceOf(hub).list({})
    expect(revision).toBe(hub.commitOf(repo))
    const expected = await Promise.all(
      files.map(async (file) => {
        const bytes = await bytesOf(file)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        const gitSha1 = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
        const isLfs = file.path.endsWith('.onnx')
        return { path: file.path, sizeBytes: bytes.length, ...(isLfs ? { sha256 } : { gitSha1 }) }
      }),
    )
    expect(new Set(found)).toEqual(new Set(expected))
    expect(found).toHaveLength(files.length)
  })

  it('resolves a ref with a slash, and a commit', async () => {
    const hub = await startWith({ token })
    for (const ref of ['dev/v1', hub.commitOf(repo)])
      expect((await sourceOf(hub, { ref }).list({})).revision).toBe(hub.commitOf(repo))
  })

  it('stays at one commit if the branch moves meanwhile', async () => {
    const hub = await startUnder(
      { match: /revision/, kind: 'moved-commit' },
      { match: /tree/, times: 1, kind: 'moved-commit' },
    )
    const before = hub.commitOf(repo)
    const { revision, files: found } = await sourceOf(hub).list({})
    expect([revision, found.length]).toEqual([before, files.length])
    expect(hub.commitOf(repo)).not.toBe(before)
  })

  it('works with an endpoint that ends in a slash, and with a token of another form', async () => {
    const hub = await startWith({ token: 'mirror-token' })
    const { files: found } = await sourceOf(hub, { endpoint: `${hub.url}/`, token: 'mirror-token' }).list({})
    expect(found).toHaveLength(files.length)
  })

  it('stops when it is aborted', async () => {
    const hub = await startUnder({ match: /tree/, kind: 'hang' })
    const controller = new AbortController()
    const listing = sourceOf(hub).list({ signal: controller.signal })
    const asked = await eventually(
      async () => hub.requests.find(({ path }) => path.includes('/tree/')),
      (request) => request !== undefined,
    )
    controller.abort(new Error('enough'))
    await expect(listing).rejects.toThrow('enough')
    expect(await asked?.finished).toBe(false)
  })
})

describe('an invalid listing', () => {
  it('may contain a hostile path, which the caller judges', async () => {
    const hub = await startUnder({ match: /tree/, times: 1, kind: 'hostile-path', path: '../../evil' })
    expect((await sourceOf(hub).list({})).files.map(({ path }) => path)).toContain('../../evil')
  })

  it('is not followed to another host for its next page', async () => {
    const [hub, other] = [await startWith({ token }), await startWith()]
    hub.faults.push({ match: /tree/, kind: 'headers', headers: { Link: `<${other.url}/next>; rel="next"` } })
    expect(await listFailure(hub)).toMatchObject({ code: 'source_protocol', retryable: false })
    expect(other.requests).toEqual([])
  })

  it('is given up if it does not end', async () => {
    const hub = await startWith({ token })
    const link = `<${hub.url}/api/models/${repo}/tree/main?recursive=true>; rel="next"`
    hub.faults.push({ match: /tree/, kind: 'headers', headers: { Link: link } })
    expect((await listFailure(hub)).message).toContain('more than 1000 pages')
  })

  it.each<[string, Record<string, unknown>]>([
    ['a negative size', { size: -1 }],
    ['a size in words', { size: '4' }],
    ['a fraction of a byte', { size: 1.5 }],
    ['a size that no number holds', { size: 2 ** 60 }],
    ['no oid', { oid: undefined }],
    ['an oid of the wrong length', { oid: 'abc' }],
    ['an LFS oid that is no sha256', { lfs: { oid: 'a'.repeat(40), size: 4, pointerSize: 1 } }],
    ['two sizes', { lfs: { oid: 'a'.repeat(64), size: 5, pointerSize: 1 } }],
    ['a path that is no text', { path: 7 }],
  ])('refuses a file with %s', async (_name, wrong) => {
    const entry = { type: 'file', path: 'x.json', size: 4, oid: 'a'.repeat(40), ...wrong }
    const hub = await startUnder({ match: /tree/, kind: 'edit-json', edit: () => [entry] })
    expect(await listFailure(hub)).toMatchObject({ code: 'source_protocol', retryable: false })
  })

  it.each<[string, Fault]>([
    ['a web page for the model', { match: /revision/, kind: 'html' }],
    ['a web page for the tree', { match: /tree/, kind: 'html' }],
    ['null for the model', { match: /revision/, kind: 'edit-json', edit: () => null }],
    ['an object for the tree', { match: /tree/, kind: 'edit-json', edit: () => ({}) }],
    ['null for a file', { match: /tree/, kind: 'edit-json', edit: () => [null] }],
    ['no commit', { match: /revision/, kind: 'edit-json', edit: () => ({ id: repo }) }],
    ['a commit that is a path', { match: /revision/, kind: 'edit-json', edit: () => ({ sha: '../../../x' }) }],
  ])('refuses %s', async (_name, fault) => {
    expect(await listFailure(await startUnder(fault))).toMatchObject({ code: 'source_protocol', retryable: false })
  })
})
