import { describe, expect, it } from 'vitest'
import { findOwner } from '../../../../shared/table/owners.ts'
import { bytesOf, type HubFile } from '../../../support/hub/files.ts'
import {
  bytes,
  files,
  held,
  host,
  hub,
  info,
  repo,
  resolve,
  small,
  start,
  token,
  useFarHub,
  weights,
} from './far-hub.ts'

useFarHub()

describe('files that are not stored yet', () => {
  it('are served completely and in ranges, with the headers of stored ones', async () => {
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

  it('start one import at the commit that was read; metadata and HEAD requests start none', async () => {
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

  it('are fetched once if they are small, and at most four at a time if they are large', async () => {
    await start()
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
    // The last one came from the store.
    expect(of(weights)).toHaveLength(4)
  })

  it('are not sent completely if their bytes are wrong', async () => {
    await start({ faults: [{ kind: 'wrong-bytes', where: 'storage' }] })
    const answer = await host.ask(resolve(weights.path), { as: 'member' })
    await expect(bytes(answer)).rejects.toThrow()
    hub.faults.push({ kind: 'wrong-bytes', where: 'resolve' })
    expect((await host.ask(resolve(small.path), { as: 'member' })).status).toBe(504)
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toEqual([])
  })

  it('are not sent completely to any of several simultaneous clients if their bytes are wrong', async () => {
    await start({ faults: [{ kind: 'wrong-bytes', where: 'storage' }] })
    const answers = await Promise.all([1, 2, 3].map(() => host.ask(resolve(weights.path), { as: 'member' })))
    for (const answer of answers) await expect(bytes(answer)).rejects.toThrow()
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toEqual([])
  })

  it('leave nothing behind when the client disconnects, and can be requested again', async () => {
    await start()
    const answer = await host.ask(resolve(weights.path), { as: 'member' })
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toEqual([])
    expect((await held.scan()).filter(({ sk }) => String(sk).startsWith('STREAM#'))).toEqual([])
    expect((await bytes(await host.ask(resolve(weights.path), { as: 'member' }))).equals(await bytesOf(weights))).toBe(
      true,
    )
    expect((await host.objects.list({ prefix: 'blobs/' })).objects).toHaveLength(1)
  })

  it('cannot be requested from other routes of the Hub by their path', async () => {
    await start()
    await host.ask(info, { as: 'member' })
    const asked = hub.requests.length
    for (const path of ['%2e%2e/%2e%2e/api/whoami-v2', '..%2f..%2fsecret', 'a//b', 'a%00b', '%5c..%5cx'])
      expect((await host.ask(`/${repo}/resolve/main/${path}`, { as: 'member' })).status, path).toBe(404)
    expect(hub.requests).toHaveLength(asked)
  })
})

describe('a mirror that cannot write blobs', () => {
  const objects = { downloadUrl: async () => 'https://store.test/x' }

  it('redirects to the signed address of a public file, and serves small ones', async () => {
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

  it('reveals no address of a private file, and asks the client to retry', async () => {
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
