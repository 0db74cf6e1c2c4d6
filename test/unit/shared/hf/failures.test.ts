import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../support/hub/faults.ts'
import { files, repo, token, weights } from './hub-files.ts'
import { listFailure, pinned, read, readFailure, startUnder, startWith } from './hub-source.ts'

describe('a Hub that fails while listing', () => {
  it('is reported with what is missing and what to do', async () => {
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

  it('is reported with how long it asked to wait', async () => {
    const ratelimit = { RateLimit: '"api";r=0;t=55' }
    const hub = await startUnder({ match: /tree/, kind: 'status', status: 429, headers: ratelimit })
    expect(await listFailure(hub)).toMatchObject({
      code: 'source_rate_limited',
      retryable: true,
      retryAfterSeconds: 55,
    })
  })

  it('is given up if it does not answer or cannot be reached', async () => {
    const hub = await startUnder({ match: /revision/, kind: 'hang' })
    const timeouts = { connectTimeoutMs: 30 }
    expect(await listFailure(hub, { timeouts })).toMatchObject({ code: 'source_unreachable', retryable: true })
    await hub.close()
    expect((await listFailure(hub)).message).toContain('cannot be reached (ECONNREFUSED)')
  })
})

describe('a Hub that fails while sending', () => {
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
  ])('is reported by cause and file: %s', async (_name, fault, expected) => {
    const failure = await readFailure(await startUnder(fault))
    expect(failure).toMatchObject({ path: weights.path, ...expected })
  })

  it('is read again as soon as it works', async () => {
    const hub = await startUnder({ where: 'storage', times: 1, kind: 'short' })
    await readFailure(hub)
    expect(await read(hub, pinned(hub))).toHaveLength(300_000)
  })

  it('is given up if nothing comes, before the answer or in the middle of it', async () => {
    const timeouts = { connectTimeoutMs: 150, idleTimeoutMs: 150 }
    for (const fault of [{ kind: 'hang' }, { kind: 'hang', afterBytes: 1000 }] as const) {
      const hub = await startUnder({ where: 'storage', ...fault })
      const failure = await readFailure(hub, pinned(hub), { timeouts })
      expect(failure).toMatchObject({ code: 'source_unreachable', retryable: true, path: weights.path })
      expect(failure.message).toContain('sent nothing for 0.15 s')
      expect(await hub.requests.at(-1)?.finished).toBe(false)
    }
  })

  it('is reported with the reason: a gated repo, a missing file, a missing token', async () => {
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
})
