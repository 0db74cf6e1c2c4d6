import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../support/hub/files.ts'
import type { Hub } from '../../support/hub/start-hub.ts'
import { answerOf, config, files, repo, resolveUrl, sha256, start, token, weights } from './stand-in.ts'

describe('the stand-in Hub', () => {
  it('serves a small file with its git blob id and all linked headers', async () => {
    const hub = await start()
    const response = await fetch(resolveUrl(hub, 'config.json'), { headers: { range: 'bytes=2-6' } })
    expect([response.status, await response.text()]).toEqual([206, config.slice(2, 7)])
    const oid = createHash('sha1').update(`blob ${config.length}\0${config}`).digest('hex')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: `"${oid}"`,
      'x-linked-etag': `"${oid}"`,
      'x-linked-size': String(config.length),
      'x-repo-commit': hub.commitOf(repo),
      'content-range': `bytes 2-6/${config.length}`,
    })
  })

  it('redirects an LFS file to another hostname with a signature', async () => {
    const hub = await start()
    const response = await fetch(resolveUrl(hub, weights.path), { method: 'HEAD', redirect: 'manual' })
    const location = new URL(response.headers.get('location') ?? '')
    expect([response.status, location.hostname, location.searchParams.has('Signature')]).toEqual([
      302,
      'localhost',
      true,
    ])
    expect(response.headers.get('x-linked-etag')).toBe(`"${sha256(await bytesOf(weights))}"`)
    const part = await fetch(location, { headers: { range: 'bytes=65530-65545' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 65530-65545/300000'])
    expect(Buffer.from(await part.arrayBuffer())).toEqual((await bytesOf(weights)).subarray(65530, 65546))
  })

  it('redirects a small file within the Hub if configured to', async () => {
    const hub = await start({ redirectsSmallFiles: true })
    const first = await fetch(resolveUrl(hub, 'config.json'), { redirect: 'manual' })
    expect([first.status, first.headers.get('location')?.startsWith('/api/resolve-cache/')]).toEqual([307, true])
    expect(await (await fetch(resolveUrl(hub, 'config.json'))).text()).toBe(config)
  })

  it('refuses a token at the store, an expired link and a forged one', async () => {
    const hub = await start()
    const expired = await start({ linkLifetimeSeconds: -1 })
    const location = (of: Hub) =>
      fetch(resolveUrl(of, weights.path), { redirect: 'manual' }).then(
        (response) => response.headers.get('location') ?? '',
      )
    const good = await location(hub)
    expect(await answerOf(good, { headers: { authorization: `Bearer ${token}` } })).toEqual([400, null])
    expect(hub.requests.at(-1)).toMatchObject({ where: 'storage', hasAuthorization: true })
    expect(await answerOf(good.replace(/Signature=.{4}/, 'Signature=0000'))).toEqual([403, null])
    expect(await answerOf(await location(expired))).toEqual([403, null])
  })

  it('names what is missing in X-Error-Code', async () => {
    const hub = await start({ repos: { [repo]: { files }, 'acme/gated': { files, gated: true } } })
    expect(await answerOf(`${hub.url}/api/models/acme/nothing`)).toEqual([404, 'RepoNotFound'])
    expect(await answerOf(`${hub.url}/api/models/${repo}/revision/nothing`)).toEqual([404, 'RevisionNotFound'])
    expect(await answerOf(resolveUrl(hub, 'nothing.json'))).toEqual([404, 'EntryNotFound'])
    expect(await answerOf(`${hub.url}/acme/gated/resolve/main/config.json`)).toEqual([401, 'GatedRepo'])
    expect(await answerOf(`${hub.url}/api/models/${repo}/discussions`)).toEqual([404, null])
    expect(await answerOf(`${hub.url}/api/whoami-v2`)).toEqual([401, null])
  })

  it('hides a private repo from strangers', async () => {
    const hub = await start({ token })
    const as = (bearer: string) => ({ headers: { authorization: `Bearer ${bearer}` } })
    expect(await answerOf(resolveUrl(hub, 'config.json'))).toEqual([401, 'RepoNotFound'])
    expect(await answerOf(resolveUrl(hub, 'config.json'), as('hf_wrong'))).toEqual([401, null])
    expect(await answerOf(resolveUrl(hub, 'config.json'), as(token))).toEqual([200, null])
    expect(await answerOf(`${hub.url}/api/models/acme/nothing`, as(token))).toEqual([404, 'RepoNotFound'])
  })

  it('lists models and refs, and accepts paths-info as a form', async () => {
    const hub = await start()
    const json = async (path: string, init?: RequestInit) => (await fetch(`${hub.url}${path}`, init)).json()
    expect(await json('/api/models?search=minilm')).toMatchObject([{ id: repo }])
    expect(await json('/api/models?search=other')).toEqual([])
    expect(await json(`/api/models/${repo}/refs`)).toMatchObject({
      branches: [{ name: 'main' }],
      tags: [{ name: 'dev/v1' }],
    })
    const body = new URLSearchParams({ paths: 'config.json', expand: 'True' })
    expect(await json(`/api/models/${repo}/paths-info/dev%2Fv1`, { method: 'POST', body })).toMatchObject([
      { path: 'config.json', lastCommit: { id: hub.commitOf(repo) } },
    ])
  })
})
