import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMetrics } from '../../../shared/metrics.ts'
import { createLookupCache, lookupsOf, watchLookups } from '../../../shared/table/lookups.ts'
import { type CountedHost, startCountedHost } from './support/counted-host.ts'

let host: CountedHost
let here: CountedHost['ask']
let there: CountedHost['ask']
beforeAll(async () => {
  host = await startCountedHost()
})
afterAll(() => host.close())

let last = 0
let name = ''
let token = ''
const path = (repo = name) => `/${repo}/resolve/main/note.txt`
const read = (ask: CountedHost['ask'], by: string | undefined = token, repo = name) => ask(path(repo), { token: by })

/** A repo that two processes have read and cached. */
beforeEach(async () => {
  last++
  ;({ token } = await host.person(`ada${last}`))
  name = `ada${last}/noted`
  here = host.connect()
  there = host.connect()
  await make('first')
  for (const ask of [here, there, here, there]) expect((await read(ask)).body).toBe('first')
})

async function make(content: string) {
  const [owner = '', repo = ''] = name.split('/')
  const made = await here('/api/repos/create', { json: { name: repo, organization: owner }, token })
  if (made.status !== 200) throw new Error(JSON.stringify(made.body))
  await commit(content)
}

async function commit(content: string) {
  const lines = [
    { key: 'header', value: { summary: 'note' } },
    { key: 'file', value: { path: 'note.txt', content: Buffer.from(content).toString('base64'), encoding: 'base64' } },
  ]
  const json = lines.map((line) => JSON.stringify(line)).join('\n')
  const answer = await here(`/api/models/${name}/commit/main`, { json, token })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
}

const move = (to: string) => here('/api/repos/move', { json: { fromRepo: name, toRepo: to }, token })
const remove = () => {
  const [owner = '', repo = ''] = name.split('/')
  return here('/api/repos/delete', { method: 'DELETE', json: { name: repo, organization: owner }, token })
}

describe('the lookup cache of another process', () => {
  it('does not answer with old content after a commit', async () => {
    await commit('second')
    expect((await read(there)).body).toBe('second')
  })

  it('finds a repo under its new name, and under the old one until another repo has it', async () => {
    const moved = `${name}-moved`
    expect((await move(moved)).status).toBe(200)
    expect((await read(there, token, moved)).body).toBe('first')
    expect((await read(there)).status).toBeLessThan(400)
    await make('of another')
    expect((await read(there)).body).toBe('of another')
    expect((await read(there, token, moved)).body).toBe('first')
  })

  it('is empty for a deleted repo', async () => {
    expect((await remove()).status).toBe(200)
    expect((await read(there)).status).toBe(404)
  })

  it('serves strangers only while the repo is public', async () => {
    const set = (visibility: string) =>
      here(`/api/models/${name}/settings`, { method: 'PUT', json: { visibility }, token })
    expect((await there(path())).status).toBe(401)
    expect((await set('public')).status).toBe(200)
    expect((await there(path())).body).toBe('first')
    expect((await set('private')).status).toBe(200)
    expect((await there(path())).status).toBe(401)
  })

  it('saves two of the reads', async () => {
    const readsOf = async (ask: (table: string[]) => CountedHost['ask']) => {
      const reads: string[] = []
      const answer = ask(reads)
      await read(answer)
      reads.length = 0
      await read(answer)
      return reads
    }
    const counting = (reads: string[]) =>
      host.connect((table) => ({
        ...table,
        get: (key, options) => {
          reads.push(key.pk.split('#')[0] ?? '')
          return table.get(key, options)
        },
      }))
    const reads = await readsOf(counting)
    expect(reads).not.toContain('NAME')
    expect(reads).not.toContain('FILES')
    expect(reads).toContain('REPO')
  })
})

describe('a lookup cache', () => {
  it('evicts the least recently used entry', () => {
    const cache = createLookupCache<number>(2)
    cache.set('a', 1)
    cache.set('b', 2)
    cache.get('a')
    cache.set('c', 3)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
    expect(cache.hitRatio()).toBe(3 / 4)
  })

  it('reports its hit ratio as a metric', async () => {
    const metrics = createMetrics()
    watchLookups(host.table, metrics)
    const { files } = lookupsOf(host.table)
    files.set('k', {} as never)
    files.get('k')
    files.get('other')
    expect(await metrics.registry.metrics()).toContain('cache_hit_ratio{cache="revision_files"} 0.5')
  })
})
