import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../../support/hub/files.ts'
import { files, oddName, repo, token, weights } from './hub-files.ts'
import { listed, pinned, read, readFailure, sourceOf, startUnder, startWith } from './hub-source.ts'

describe('reading a file of a Hub', () => {
  it('returns ranges that add up to the file', async () => {
    const hub = await startWith({ token })
    const { file, revision } = await listed(hub, weights.path)
    const ranges = [0, 100_000, 200_000].map((start) => ({ file, revision, start, end: start + 99_999 }))
    const parts = await Promise.all(ranges.map((range) => read(hub, range)))
    expect(Buffer.concat(parts).equals(await bytesOf(weights))).toBe(true)
    const asked = hub.requests.filter(({ where }) => where === 'storage').map(({ range }) => range)
    expect(asked.toSorted()).toEqual(['bytes=0-99999', 'bytes=100000-199999', 'bytes=200000-299999'])
  })

  it('handles names with characters that have a meaning in URLs, small and LFS', async () => {
    const hub = await startWith({ token, redirectsSmallFiles: true })
    for (const path of [oddName, 'odd names/big#1.onnx']) {
      const { file, revision } = await listed(hub, path)
      const bytes = await read(hub, { file, revision, start: 0, end: file.sizeBytes - 1 })
      expect(bytes).toEqual(await bytesOf(files.find((one) => one.path === path) ?? weights))
    }
  })

  it('sends no request for an empty file', async () => {
    const hub = await startWith()
    const file = { path: 'empty.txt', sizeBytes: 0 }
    expect(await read(hub, { file, revision: hub.commitOf(repo), start: 0, end: 0 })).toHaveLength(0)
    expect(hub.requests).toEqual([])
  })

  it('accepts a response without a range only for the whole file', async () => {
    const hub = await startUnder({ where: 'storage', kind: 'ignore-range' })
    expect(await read(hub, pinned(hub))).toEqual(await bytesOf(weights))
    expect(await readFailure(hub, { ...pinned(hub), start: 1 })).toMatchObject({
      code: 'source_protocol',
      retryable: false,
    })
  })

  it('tolerates a slow Hub and a slow reader', async () => {
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

  it('releases the connection when it is aborted and when the reader leaves', async () => {
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

  it('refuses a path that leaves its folder', async () => {
    const hub = await startWith()
    const evil = { path: '../../../api/whoami-v2', sizeBytes: 4 }
    expect(await readFailure(hub, pinned(hub, evil))).toMatchObject({ code: 'source_protocol' })
    expect(hub.requests).toEqual([])
  })
})
