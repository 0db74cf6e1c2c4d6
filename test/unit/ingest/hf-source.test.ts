import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { createHfSource, type HfSourceOptions } from '../../../shared/hf/hf.ts'
import type { OpenRequest, SourceFile } from '../../../shared/hf/source.ts'
import { SourceError } from '../../../shared/hf/source.ts'
import { eventually } from '../../support/eventually.ts'
import type { Fault } from '../../support/hub/faults.ts'
import { bytesOf, type HubFile } from '../../support/hub/files.ts'
import { type Hub, type HubOptions, startHub } from '../../support/hub/start-hub.ts'

const repo = 'acme/minilm'
const token = 'hf_secret_token'
const weights: HubFile = { path: 'onnx/model.onnx', sizeBytes: 300_000, seed: 3 }
const oddName = 'odd names/a#b?c%20d ü.txt'
const files: HubFile[] = [
  { path: 'config.json', content: '{"model_type":"bert"}' },
  { path: 'empty.txt', content: '' },
  { path: oddName, content: 'odd' },
  { path: 'odd names/big#1.onnx', sizeBytes: 20_000, seed: 4 },
  weights,
]

const hubs: Hub[] = []
const startWith = async (options: HubOptions = {}) => {
  const hub = await startHub({ repos: { [repo]: { files, tags: ['dev/v1'] } }, pageSize: 3, ...options })
  hubs.push(hub)
  return hub
}
const startUnder = (...faults: Fault[]) => startWith({ token, faults })
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.close()))
})

const sourceOf = (hub: Hub, extra: Partial<HfSourceOptions> = {}) =>
  createHfSource({ endpoint: hub.url, repo, ref: 'main', token, ...extra })
const failureOf = async (work: Promise<unknown>): Promise<SourceError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SourceError)
  const failure = error as SourceError
  expect(failure.message).not.toMatch(/Signature|Expires|hf_secret_token/)
  return failure
}
const listFailure = (hub: Hub, extra: Partial<HfSourceOptions> = {}) => failureOf(sourceOf(hub, extra).list({}))

const listed = async (hub: Hub, path: string): Promise<Pick<OpenRequest, 'file' | 'revision'>> => {
  const { revision, files: all } = await sourceOf(hub).list({})
  const file = all.find((one) => one.path === path)
  if (file === undefined) throw new Error(`${path} is not listed`)
  return { file, revision }
}
/** A file as a listing would say it, so that a fault meets nothing but `open`. */
const pinned = (hub: Hub, file: SourceFile = { path: weights.path, sizeBytes: 300_000 }) => ({
  file,
  revision: hub.commitOf(repo),
  start: 0,
  end: file.sizeBytes - 1,
})
const read = async (hub: Hub, request: OpenRequest, extra: Partial<HfSourceOptions> = {}) =>
  buffer(await sourceOf(hub, extra).open(request))
const readFailure = (hub: Hub, request: OpenRequest = pinned(hub), extra: Partial<HfSourceOptions> = {}) =>
  failureOf(read(hub, request, extra))

describe('listing a repo of a hub', () => {
  it('tells every file with its size and hash at the commit of the ref', async () => {
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

  it('stays at one commit when the branch moves in the middle', async () => {
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

  it('never follows the next page to another host', async () => {
    const [hub, other] = [await startWith({ token }), await startWith()]
    hub.faults.push({ match: /tree/, kind: 'headers', headers: { Link: `<${other.url}/next>; rel="next"` } })
    expect(await listFailure(hub)).toMatchObject({ code: 'source_protocol', retryable: false })
    expect(other.requests).toEqual([])
  })

  it('ends a listing that has no end', { timeout: 20_000 }, async () => {
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

  it('passes a hostile path on as it is, for the caller to judge', async () => {
    const hub = await startUnder({ match: /tree/, times: 1, kind: 'hostile-path', path: '../../evil' })
    expect((await sourceOf(hub).list({})).files.map(({ path }) => path)).toContain('../../evil')
  })

  it('says what is missing and what to do', async () => {
    const hub = await startWith({ token })
    expect(await listFailure(hub, { repo: 'acme/nothing' })).toMatchObject({
      code: 'source_not_found',
      retryable: false,
      message: expect.stringContaining('no repo "acme/nothing"'),
    })
    expect(await listFailure(hub, { ref: 'v9' })).toMatchObject({
      code: 'source_not_found',
      message: expect.stringContaining('no branch, tag or commit "v9"'),
    })
    expect(await listFailure(hub, { token: undefined })).toMatchObject({
      code: 'source_unauthorized',
      message: expect.stringContaining('set a token'),
    })
    expect(await listFailure(hub, { token: 'hf_wrong' })).toMatchObject({
      code: 'source_unauthorized',
      message: expect.stringContaining('does not accept the token'),
    })
  })

  it('tells how long the hub asked to wait', async () => {
    const ratelimit = { RateLimit: '"api";r=0;t=55' }
    const hub = await startUnder({ match: /tree/, kind: 'status', status: 429, headers: ratelimit })
    expect(await listFailure(hub)).toMatchObject({
      code: 'source_rate_limited',
      retryable: true,
      retryAfterSeconds: 55,
    })
  })

  it('gives up on a hub that does not answer, and on one that is not there', async () => {
    const hub = await startUnder({ match: /revision/, kind: 'hang' })
    const timeouts = { connectTimeoutMs: 30 }
    expect(await listFailure(hub, { timeouts })).toMatchObject({ code: 'source_unreachable', retryable: true })
    await hub.close()
    expect((await listFailure(hub)).message).toContain('cannot be reached (ECONNREFUSED)')
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

describe('reading a file of a hub', () => {
  it('gives ranges that add up to the file', async () => {
    const hub = await startWith({ token })
    const { file, revision } = await listed(hub, weights.path)
    const ranges = [0, 100_000, 200_000].map((start) => ({ file, revision, start, end: start + 99_999 }))
    const parts = await Promise.all(ranges.map((range) => read(hub, range)))
    expect(Buffer.concat(parts).equals(await bytesOf(weights))).toBe(true)
    const asked = hub.requests.filter(({ where }) => where === 'storage').map(({ range }) => range)
    expect(asked.toSorted()).toEqual(['bytes=0-99999', 'bytes=100000-199999', 'bytes=200000-299999'])
  })

  it('never sends the token to where the hub redirects', async () => {
    const hub = await startWith({ token })
    await read(hub, pinned(hub))
    expect(hub.requests.map(({ where, hasAuthorization }) => [where, hasAuthorization])).toEqual([
      ['resolve', true],
      ['storage', false],
    ])
  })

  it('sends the token along a redirect that stays with the hub, and never again once it left', async () => {
    const hub = await startWith({ token, redirectsSmallFiles: true })
    const config = await listed(hub, 'config.json')
    hub.requests.length = 0
    expect(await read(hub, { ...config, start: 2, end: 6 })).toEqual(Buffer.from('model'))
    expect(hub.requests.map(({ hasAuthorization }) => hasAuthorization)).toEqual([true, true])

    hub.faults.push({
      where: 'storage',
      times: 1,
      kind: 'redirect',
      location: `${hub.url}/${repo}/resolve/main/config.json`,
    })
    expect(await readFailure(hub)).toMatchObject({ code: 'source_unreachable' })
    expect(hub.requests.at(-1)).toMatchObject({ where: 'resolve', hasAuthorization: false })
  })

  it('reads names that a URL would misread, small and LFS', async () => {
    const hub = await startWith({ token, redirectsSmallFiles: true })
    for (const path of [oddName, 'odd names/big#1.onnx']) {
      const { file, revision } = await listed(hub, path)
      const bytes = await read(hub, { file, revision, start: 0, end: file.sizeBytes - 1 })
      expect(bytes).toEqual(await bytesOf(files.find((one) => one.path === path) ?? weights))
    }
  })

  it('asks nothing for an empty file', async () => {
    const hub = await startWith()
    const file = { path: 'empty.txt', sizeBytes: 0 }
    expect(await read(hub, { file, revision: hub.commitOf(repo), start: 0, end: 0 })).toHaveLength(0)
    expect(hub.requests).toEqual([])
  })

  it('takes a whole answer only for the whole file', async () => {
    const hub = await startUnder({ where: 'storage', kind: 'ignore-range' })
    expect(await read(hub, pinned(hub))).toEqual(await bytesOf(weights))
    expect(await readFailure(hub, { ...pinned(hub), start: 1 })).toMatchObject({
      code: 'source_protocol',
      retryable: false,
    })
  })

  it.each<[string, Fault, object]>([
    [
      '429',
      { kind: 'status', status: 429, retryAfterSeconds: 7 },
      { code: 'source_rate_limited', retryable: true, retryAfterSeconds: 7 },
    ],
    [
      '503',
      { kind: 'status', status: 503 },
      { code: 'source_unreachable', retryable: true, retryAfterSeconds: undefined },
    ],
    ['504', { kind: 'status', status: 504 }, { code: 'source_unreachable', retryable: true }],
    ['408', { kind: 'status', status: 408 }, { code: 'source_unreachable', retryable: true }],
    [
      '403 of the store',
      { where: 'storage', kind: 'status', status: 403 },
      { code: 'source_unreachable', retryable: true },
    ],
    [
      '403 of the hub',
      { where: 'resolve', kind: 'status', status: 403 },
      { code: 'source_forbidden', retryable: false },
    ],
    ['400', { kind: 'status', status: 400 }, { code: 'source_protocol', retryable: false }],
    ['a cut before the answer', { where: 'storage', kind: 'cut' }, { code: 'source_unreachable', retryable: true }],
    [
      'a cut in the body',
      { where: 'storage', kind: 'cut', afterBytes: 9000 },
      { code: 'source_truncated', retryable: true },
    ],
    ['a body that ends early', { where: 'storage', kind: 'short' }, { code: 'source_truncated', retryable: true }],
    [
      'a body that goes on',
      { where: 'storage', kind: 'long', extraBytes: 1 },
      { code: 'source_protocol', retryable: false },
    ],
    ['a web page', { where: 'resolve', kind: 'html' }, { code: 'source_protocol', retryable: false }],
    [
      'another range',
      { where: 'storage', kind: 'headers', headers: { 'Content-Range': 'bytes 1-300000/300001' } },
      { code: 'source_protocol' },
    ],
    [
      'packed bytes',
      { where: 'storage', kind: 'headers', headers: { 'Content-Encoding': 'gzip' } },
      { code: 'source_protocol' },
    ],
  ])('says what %s means, and for which file', async (_name, fault, expected) => {
    const failure = await readFailure(await startUnder(fault))
    expect(failure).toMatchObject({ path: weights.path, ...expected })
  })

  it('works again as soon as the hub does', async () => {
    const hub = await startUnder({ where: 'storage', times: 1, kind: 'short' })
    await readFailure(hub)
    expect(await read(hub, pinned(hub))).toHaveLength(300_000)
  })

  it('gives up when nothing comes, before the answer and in the middle of it', async () => {
    const timeouts = { connectTimeoutMs: 150, idleTimeoutMs: 150 }
    for (const fault of [{ kind: 'hang' }, { kind: 'hang', afterBytes: 1000 }] as const) {
      const hub = await startUnder({ where: 'storage', ...fault })
      const failure = await readFailure(hub, pinned(hub), { timeouts })
      expect(failure).toMatchObject({ code: 'source_unreachable', retryable: true, path: weights.path })
      expect(failure.message).toContain('sent nothing for 0.15 s')
      expect(await hub.requests.at(-1)?.finished).toBe(false)
    }
  })

  it('is patient with a slow hub and with a slow reader', async () => {
    const hub = await startUnder({ kind: 'slow', bytesPerSecond: 40 })
    const request = pinned(hub, { path: 'config.json', sizeBytes: 21 })
    expect(await read(hub, request, { timeouts: { idleTimeoutMs: 400 } })).toHaveLength(21)
    hub.faults.length = 0
    let receivedBytes = 0
    for await (const chunk of await sourceOf(hub, { timeouts: { idleTimeoutMs: 200 } }).open(pinned(hub))) {
      receivedBytes += chunk.byteLength
      if (receivedBytes === chunk.byteLength) await once(AbortSignal.timeout(300), 'abort')
    }
    expect(receivedBytes).toBe(300_000)
  })

  it('lets go of the connection when it is aborted and when the reader leaves', async () => {
    const hub = await startUnder({ where: 'storage', kind: 'hang', afterBytes: 1000 })
    const controller = new AbortController()
    const aborted = await sourceOf(hub).open({ ...pinned(hub), signal: controller.signal })
    const reading = buffer(aborted)
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    expect(await hub.requests.at(-1)?.finished).toBe(false)

    for await (const chunk of await sourceOf(hub).open(pinned(hub))) if (chunk.byteLength > 0) break
    expect(await hub.requests.at(-1)?.finished).toBe(false)
  })

  it('says that a repo is gated, a file is missing, a token is needed', async () => {
    const hub = await startWith({ token, repos: { [repo]: { files, gated: true } } })
    expect(await readFailure(hub)).toMatchObject({
      code: 'source_gated',
      message: expect.stringContaining('Accept its terms'),
    })
    expect(await readFailure(hub, pinned(hub), { token: undefined })).toMatchObject({ code: 'source_unauthorized' })
    const open = await startWith()
    const missing = { path: 'nothing.json', sizeBytes: 4 }
    expect(await readFailure(open, pinned(open, missing))).toMatchObject({
      code: 'source_not_found',
      path: 'nothing.json',
    })
  })

  it('never asks for a path that leaves its folder', async () => {
    const hub = await startWith()
    const evil = { path: '../../../api/whoami-v2', sizeBytes: 4 }
    expect(await readFailure(hub, pinned(hub, evil))).toMatchObject({ code: 'source_protocol' })
    expect(hub.requests).toEqual([])
  })
})

describe('the redirects of a hub', () => {
  it('ends a loop', async () => {
    const hub = await startWith({ token })
    hub.faults.push({ where: 'resolve', kind: 'redirect', location: '?again' })
    expect((await readFailure(hub)).message).toContain('more than 5 times')
    expect(hub.requests).toHaveLength(6)
  })

  it.each([
    ['from https to http', 'http://storage.test/x?Signature=1'],
    ['to a file', 'file:///etc/passwd?Signature=1'],
    ['with a password', 'https://user:Signature@storage.test/x'],
    ['nowhere', 'https://?Signature'],
  ])('refuses one %s, without quoting it', async (_name, location) => {
    const asked: string[] = []
    const source = createHfSource({
      endpoint: 'https://hub.test',
      repo,
      ref: 'main',
      fetch: async (url) => {
        asked.push(String(url))
        return new Response(null, { status: 302, headers: { location } })
      },
    })
    const request = { file: { path: 'x.onnx', sizeBytes: 4 }, revision: 'a'.repeat(40), start: 0, end: 3 }
    expect(await failureOf(source.open(request))).toMatchObject({ code: 'source_protocol', retryable: false })
    expect(asked).toHaveLength(1)
  })

  it('refuses a token that no header can hold, without quoting it', () => {
    const make = () => createHfSource({ endpoint: 'https://hub.test', repo, ref: 'main', token: 'hf_secret\n' })
    expect(make).toThrow(SourceError)
    expect(make).not.toThrow(/hf_secret/)
  })
})
