import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRepoManifest } from '../../../functions/ingest/steps/write-repo-manifest.ts'
import { checkRepo } from '../../../functions/maintenance/fsck/check-repo.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import { findRepo } from '../../../shared/table/repos.ts'
import { type RepoHost, startRepoHost } from '../registry/support/repo-host.ts'

let host: RepoHost
beforeAll(async () => {
  host = await startRepoHost()
  await host.make('lab/seed')
})
afterAll(() => host.close())

const ingest = { send: async () => {}, sendMany: async () => {} }
const check = (repoId: string) =>
  checkRepo({ repoId }, { table: host.table, objects: host.objects, ingest, now: () => new Date(host.clock.ms) })
const found = async (name: string): Promise<RepoItem> => {
  const repo = await findRepo(host.table, { name })
  if (repo === undefined) throw new Error(`there is no ${name}`)
  return repo
}

describe('a check of the registry', () => {
  it('repairs a repo whose change was interrupted halfway', async () => {
    await host.make('lab/halved')
    await host.ask('PATCH', '/lab/halved', { json: { tags: ['gold'] } })
    const repo = await found('lab/halved')
    await host.table.put({ ...keys.repo(repo.id), ...repo, isUntagged: true })
    await host.table.deleteMany(entriesOf(repo).filter(({ pk }) => pk.includes('tag:gold')))
    expect(await host.all('?tag=gold')).toEqual([])
    const discrepancies = await check(repo.id)
    expect(discrepancies).toContainEqual(expect.objectContaining({ kind: 'entry-missing', place: 'lab/halved' }))
    for (const { repair } of discrepancies) await repair?.()
    expect(await host.all('?tag=gold')).toMatchObject([{ id: 'lab/halved' }])
    expect((await check(repo.id)).filter(({ kind }) => kind === 'entry-missing')).toEqual([])
  })

  it('restores a lost repo with its versions in order, and uses no number twice', async () => {
    await host.make('lab/lost')
    await host.commit('lab/lost', { 'a.txt': 'a' })
    for (const name of ['zeta', undefined, 'alpha']) await host.ask('POST', '/lab/lost/versions', { json: { name } })
    const repo = await found('lab/lost')
    await writeRepoManifest({ repoId: repo.id }, { table: host.table, objects: host.objects })
    const kept = /^(?:REVISION|CARD)#/
    const items = (await host.scan()).filter(({ pk, sk }) => pk === keys.repo(repo.id).pk && !kept.test(String(sk)))
    const gone = [
      ...items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })),
      ...entriesOf(repo),
      keys.repoName('model', 'lab/lost'),
    ]
    await host.table.deleteMany(gone)
    expect((await host.get('/lab/lost')).status).toBe(404)
    for (const { repair } of await check(repo.id)) await repair?.()
    expect((await host.all('/lab/lost/versions')).map(({ name }) => name)).toEqual(['alpha', 'v2', 'zeta'])
    expect((await host.ask('POST', '/lab/lost/versions', { json: {} })).body).toMatchObject({ name: 'v4', version: 4 })
  })
})
