import { createHash } from 'node:crypto'
import { createRepo, modelInfo } from '@huggingface/hub'
import { beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../support/http.ts'
import { bytesOf, header, useHubWriter } from './hub-writer.ts'

const { hub, post, sendCommit } = useHubWriter()

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
  beforeAll(() => createRepo({ ...hub.params, repo }))

  it('is kept only if its content matches its hash and size', async () => {
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

  it('is accepted only at a URL issued for it', async () => {
    const other = createHash('sha256').update('another').digest('hex')
    const { upload, verify } = await actionsOf(7, other)
    const put = (href: string) => fetch(href, { method: 'PUT', body: 'another' })
    const forged = upload.href.replace(/signature=./, (found) => `signature=${found.endsWith('0') ? '1' : '0'}`)
    expect((await put(forged)).status).toBe(403)
    expect((await put(upload.href.replace(/&signature=.*/, ''))).status).toBe(403)
    expect((await put(upload.href.replace(/expires=\d+/, 'expires=99999999999'))).status).toBe(403)
    expect((await put(upload.href.replace(other, oid))).status).toBe(403)
    expect((await fetch(upload.href, { method: 'POST', body: 'another' })).status).toBe(405)
    expect((await fetch(upload.href.replace('/content?', '/verify?'), { method: 'POST' })).status).toBe(403)
    expect((await put(verify.href)).status).toBe(405)
    expect((await put(upload.href)).status).toBe(200)
  })

  it('arrives in parts, the last of them short, and is joined once all have arrived', async () => {
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
  ])('is refused if requested against the protocol: %#', async (more) => {
    expect((await batch([{ oid, size: 1000 }], more)).status).toBe(400)
  })

  it('is refused if no store could hold it', async () => {
    const huge = { oid: 'e'.repeat(64), size: 6 * 1024 ** 4 }
    expect((await batch([huge])).objects).toEqual([{ ...huge, error: { code: 422, message: expect.any(String) } }])
  })

  it('can be downloaded by readers, from where the file is', async () => {
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
      headers: { authorization: `Bearer ${hub.target.key}` },
    })
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true)
    expect(objects[1]?.error?.code).toBe(404)
  })
})

describe('write access', () => {
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
  beforeAll(() => createRepo({ ...hub.params, repo }))

  it.each(routes)('requires a valid key with the scope to write: %s %s', async (method, path, body) => {
    const { body: reader } = await hub.target.api.post('/api/v1/keys', { name: 'reads', scopes: ['read'] })
    const before = await modelInfo({ ...hub.params, name: repo, additionalFields: ['sha'] })
    const status = async (headers: Record<string, string>) =>
      (await fetch(hub.target.api.url + path, { method, headers, body: JSON.stringify(body) })).status
    expect(await status({})).toBe(401)
    expect(await status({ authorization: `Bearer hf_${'x'.repeat(43)}` })).toBe(401)
    expect(await status({ authorization: `Bearer ${reader.token}` })).toBe(403)
    expect(await modelInfo({ ...hub.params, name: repo, additionalFields: ['sha'] })).toEqual(before)
  })

  it('reveals no repo to a stranger', async () => {
    const stranger = createApi({ url: hub.target.api.url })
    for (const name of [repo, 'writers/none']) {
      const answer = await stranger.get(`/api/models/${name}`)
      expect(answer.status).toBe(401)
    }
  })
})
