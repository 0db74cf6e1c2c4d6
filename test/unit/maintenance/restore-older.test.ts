import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { allRevisions, findRepo, getRef, getRepo, getRevision } from '../../../shared/table/repos.ts'
import type { TableScan } from '../../../shared/table/scan.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, remove, listed, loseTable, check } = useRestores()

describe('a restore of an older backup', () => {
  async function commit(repo: string, path: string) {
    const lines = [
      { key: 'header', value: { summary: path } },
      { key: 'file', value: { path, content: path } },
    ]
    const body = lines.map((line) => JSON.stringify(line)).join('\n')
    await registry().hub(`/api/models/${repo}/commit/main`, 'POST', body)
    await registry().ingest()
  }
  const revisionsOf = async (repoId = '') => {
    const revisions = await Array.fromAsync(allRevisions(registry().database.table, repoId))
    return revisions.map(({ title }) => title).toSorted()
  }

  it.each([[undefined], ['merge' as const]])(
    'also restores what changed since, if the table was lost: mode %s',
    async (mode) => {
      const { table } = registry().database
      await registry().repo('acme/open', {}, { private: false })
      await run('backup')
      for (const path of ['later.txt', 'last.txt']) await commit('acme/one', path)
      await registry().hub('/api/models/acme/one/tag/main', 'POST', { tag: 'v1' })
      await registry().hub('/api/models/acme/open/settings', 'PUT', { private: true })
      await registry().hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'acme/moved' })
      await remove('acme/open')
      await registry().ingest()
      const [one, open] = [await found('acme/one'), await findRepo(table, { name: 'acme/open', withDeleted: true })]
      const before = await revisionsOf(one?.id)
      await loseTable()
      const restored = registry().maintenance()
      expect((await restored.run('restore', mode && { mode })).counts).toMatchObject({ reposBroughtForward: 3 })
      await registry().ingest(restored.asked)
      expect((await found('acme/one'))?.revision).toBe(one?.revision)
      // A decision based on an earlier version must not seem to fit.
      expect((await found('acme/one'))?.version).toBeGreaterThan(one?.version ?? Number.POSITIVE_INFINITY)
      expect(await revisionsOf(one?.id)).toEqual(before)
      expect((await getRef(table, { repoId: one?.id ?? '', kind: 'tag', name: 'v1' }))?.revision).toBe(one?.revision)
      expect((await getRepo(table, open?.id ?? ''))?.visibility).toBe('private')
      expect((await getRepo(table, open?.id ?? ''))?.deletedAt).toBe(open?.deletedAt)
      expect(await listed()).toEqual(['acme/moved', 'acme/one'])
      expect((await found('acme/two'))?.name).toBe('moved')
      await check({ repair: true })
      await commit('acme/one', 'after.txt')
      expect(await check()).toEqual([])
    },
  )

  it('reads from the bucket only the manifests of revisions that the registry lacks', async () => {
    await run('backup')
    await commit('acme/one', 'later.txt')
    const revision = (await found('acme/one'))?.revision
    await loseTable()
    const read: string[] = []
    const get: ObjectStore['get'] = (request) => {
      if (/^manifests\/.*\/[0-9a-f]{40}/.test(request.key)) read.push(request.key)
      return registry().objects.get(request)
    }
    await registry()
      .maintenance({ objects: { ...registry().objects, get } })
      .run('restore')
    expect((await found('acme/one'))?.revision).toBe(revision)
    expect(read).toEqual([expect.stringContaining(revision ?? 'none')])
  })

  it('that replaces keeps the manifest of a revision that the backup names but could not save yet', async () => {
    const one = await found('acme/one')
    const scan: TableScan = async (request) => {
      const page = await registry().database.pages(request)
      return { ...page, items: page.items.filter(({ sk }) => sk !== `REVISION#${one?.revision}`) }
    }
    await registry().maintenance({ scan }).run('backup')
    await run('restore', { mode: 'replace' })
    await check({ repair: true })
    expect(await check()).toEqual([])
    expect(await getRevision(registry().database.table, one?.id ?? '', one?.revision ?? '')).toBeDefined()
  })

  it('that replaces removes what changed since, and increments the versions of repos', async () => {
    await run('backup')
    const before = await found('acme/one')
    const commits = await revisionsOf(before?.id)
    await commit('acme/one', 'later.txt')
    const later = await found('acme/one')
    await run('restore', { mode: 'replace' })
    const after = await found('acme/one')
    expect([after?.revision, await revisionsOf(before?.id)]).toEqual([before?.revision, commits])
    expect(after?.version).toBeGreaterThan(later?.version ?? Number.POSITIVE_INFINITY)
    expect(await check({ repair: true })).toEqual(['repo-manifest-stale acme/one'])
    expect([await check(), await revisionsOf(before?.id)]).toEqual([[], commits])
  })

  it('that replaces restores names and visibility', async () => {
    await registry().repo('acme/open', {}, { private: false })
    await run('backup')
    await registry().hub('/api/models/acme/open/settings', 'PUT', { private: true })
    await registry().hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'acme/moved' })
    await registry().ingest()
    expect((await run('restore', { mode: 'replace' })).counts.reposBroughtForward).toBeUndefined()
    expect(await listed()).toEqual(['acme/one', 'acme/open', 'acme/two'])
    expect(await found('acme/open')).toMatchObject({ visibility: 'public' })
    expect((await found('acme/moved'))?.name).toBeUndefined()
  })

  it('keeps the old name of a repo if another repo has its later one', async () => {
    await run('backup')
    await registry().hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'acme/moved' })
    await commit('acme/moved', 'later.txt')
    const two = await found('acme/moved')
    await loseTable()
    await registry().repo('acme/moved')
    const other = await found('acme/moved')
    expect((await run('restore', { mode: 'merge' })).state).toBe('DONE')
    expect(await found('acme/moved')).toEqual(other)
    expect(await found('acme/two')).toMatchObject({ id: two?.id, revision: two?.revision })
  })
})
