import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putRepo } from '../../support/put-repo.ts'
import { metadata, type RepoHost, startRepoHost } from './support/repo-host.ts'

let host: RepoHost
const ids: string[] = []
beforeAll(async () => {
  host = await startRepoHost()
  const { body } = await host.make('lab/log')
  ids.push(body.revision)
  for (let at = 0; at < 6; at++) ids.push(await host.commit('lab/log', { 'count.txt': String(at) }))
})
afterAll(() => host.close())

describe('the log', () => {
  it('goes from a ref back to the first revision, in pages', async () => {
    const log = await host.all('/lab/log/revisions')
    expect(log.map(({ id }) => id)).toEqual(ids.toReversed())
    expect(log.at(-1)).toMatchObject({ title: 'initial commit', depth: 1, repo: 'lab/log' })
    expect(log.at(-1)).not.toHaveProperty('parent')
    expect((await host.all(`/lab/log/revisions?ref=${ids[2]}`)).map(({ depth }) => depth)).toEqual([3, 2, 1])
    expect((await host.get('/lab/log/revisions?ref=absent')).status).toBe(404)
  })

  it('of a repo without a first commit, as earlier releases created it, is empty', async () => {
    await putRepo(host.table, { name: 'lab/void' })
    expect((await host.get('/lab/void/revisions')).body).toEqual({ items: [] })
    expect((await host.get('/lab/void/revisions/main')).status).toBe(404)
  })
})

describe('a file', () => {
  it.each(['a'.repeat(3000), 'é'.repeat(600), '%00', '..%2F..%2Fkey'])(
    'is not found under an invalid path: %s',
    async (path) => {
      const found = await host.get(`/lab/log/revisions/main/files/${path}`)
      expect(found.status).toBe(404)
    },
  )
})

describe('a revision', () => {
  it('is found by its id, tag and alias', async () => {
    await host.ask('POST', '/lab/log/tags', { json: { name: 'fix/1', revision: ids[1] } })
    await host.ask('POST', '/lab/log/aliases', { json: { name: 'champion', revision: ids[3] } })
    const found = (ref: string) => host.get(`/lab/log/revisions/${encodeURIComponent(ref)}`)
    expect((await found('fix/1')).body.id).toBe(ids[1])
    expect((await found('champion')).body.id).toBe(ids[3])
    expect((await found(ids[2] ?? '')).body).toMatchObject({ filesTotal: 1, source: 'upload://' })
    expect((await found('0'.repeat(40))).body.error.code).toBe('revision_not_found')
  })

  it('lists its files in pages, by prefix, one by one, and all at once', async () => {
    await host.make('lab/files')
    const paths = ['README.md', 'a/b/c.txt', 'a/b.txt', 'a.txt', 'ä/ö.txt', 'b.txt', '\u{1F600}.txt', '\uFB01.txt']
    await host.commit('lab/files', Object.fromEntries(paths.map((path) => [path, path])))
    const listed = await host.all('/lab/files/revisions/main/files')
    const byBytes = paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(listed.map(({ path }) => path)).toEqual(byBytes)
    expect((await host.all('/lab/files/revisions/main/files?prefix=a%2F')).map(({ path }) => path)).toEqual([
      'a/b.txt',
      'a/b/c.txt',
    ])
    expect((await host.get('/lab/files/revisions/main/files/a%2Fb%2Fc.txt')).body).toMatchObject({
      path: 'a/b/c.txt',
      sizeBytes: 9,
    })
    expect((await host.get('/lab/files/revisions/main/files/absent')).body.error.code).toBe('file_not_found')
    const { body } = await host.get('/lab/files/revisions/main/manifest')
    expect(body.files.map(({ path }: { path: string }) => path)).toEqual(byBytes)
    expect(body).toMatchObject({ repo: 'lab/files', source: 'upload://' })
  })

  it('of a public repo can be read by anyone, and of a private one only by its owner', async () => {
    await host.make('lab/open', { visibility: 'public' })
    await host.commit('lab/open', { 'a.txt': 'a' })
    const paths = [
      'revisions',
      'revisions/main',
      'revisions/main/manifest',
      'revisions/main/files',
      'diff?from=main',
      'branches',
      'tags',
      'versions',
      'aliases',
    ]
    for (const path of paths) {
      expect([path, (await host.get(`/lab/open/${path}`, null)).status]).toEqual([path, 200])
      expect([path, (await host.get(`/lab/log/${path}`, null)).status]).toEqual([path, 401])
      expect([path, (await host.get(`/lab/log/${path}`, 'eve')).status]).toEqual([path, 404])
    }
  })
})

describe('the diff of two revisions', () => {
  it('lists added, removed and changed files, and changed metadata', async () => {
    await host.make('lab/diff')
    const said = [metadata({ task: 'fill-mask', tags: ['a'] }), metadata({ task: 'ranking', tags: ['a'] })] as const
    await host.commit('lab/diff', { 'a.txt': '1', 'b.txt': '1', 'c/d.txt': '1' }, { metadata: said[0] })
    await host.ask('POST', '/lab/diff/versions', { json: {} })
    await host.commit('lab/diff', { 'a.txt': '22', 'c/d.txt': '1', 'e.txt': '' }, { metadata: said[1] })
    const { body } = await host.get('/lab/diff/diff?from=v1')
    expect(body.items).toMatchObject([
      { path: 'a.txt', change: 'changed', before: { sizeBytes: 1 }, after: { sizeBytes: 2 } },
      { path: 'b.txt', change: 'removed', before: { sizeBytes: 1 } },
      { path: 'e.txt', change: 'added', after: { sizeBytes: 0 } },
    ])
    expect(body.metadata).toEqual([{ field: 'task', before: 'fill-mask', after: 'ranking' }])
    expect([body.from.depth, body.to.depth]).toEqual([2, 3])
    expect((await host.get('/lab/diff/diff?from=main')).body).toMatchObject({ items: [], metadata: [] })
    expect((await host.get('/lab/diff/diff?from=absent')).status).toBe(404)
    expect((await host.get('/lab/diff/diff')).status).toBe(400)
  })

  it('is complete over several pages, for any order of paths', async () => {
    await host.make('lab/pages')
    const before = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`\u{1F600}${at}/x`, '1']))
    const after = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`${at % 2 ? '\u{1F600}' : '\uFB01'}${at}/x`, at % 4 ? '1' : '2']),
    )
    await host.commit('lab/pages', before)
    const from = (await host.get('/lab/pages/revisions/main')).body.id
    await host.commit('lab/pages', after)
    const changes = await host.all(`/lab/pages/diff?from=${from}`)
    const expected = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (path) => before[path] !== after[path],
    )
    expect(changes.map(({ path }) => path)).toEqual(
      expected.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
  })
})
