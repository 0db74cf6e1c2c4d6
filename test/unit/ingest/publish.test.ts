import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IngestDependencies } from '../../../functions/ingest/dependencies.ts'
import { publish } from '../../../functions/ingest/steps/publish.ts'
import { startImport } from '../../../shared/ingest/start-import.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { getImport } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { findRepo, getRef } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import { type RepoHost, startRepoHost } from '../registry/support/repo-host.ts'

let host: RepoHost
let runs = 0
beforeAll(async () => {
  host = await startRepoHost()
  await host.make('lab/seed')
  await host.make('team/seed')
})
afterAll(() => host.close())

const queue = { send: async () => {}, sendMany: async () => {} }

/** An import whose files have all arrived. */
async function arrived(repo: string, source: string): Promise<string> {
  const request = { table: host.table, queue, source: parseSource(source), repo, createdBy: 'user_ben' }
  const { item } = await startImport({ ...request, now: new Date(host.clock.ms) })
  await host.table.update(keys.import(item.id), {
    expression: 'SET #state = :state, sourceRevision = :revision',
    names: { '#state': 'state' },
    values: { ':state': 'TRANSFERRING', ':revision': String(++runs).padStart(40, '0') },
  })
  return item.id
}

const publishing = (importId: string, table: Table = host.table) =>
  publish({ step: 'publish', importId, attempt: 1 }, {
    table: guardedTable(table, tableAccess.ingest),
    objects: host.objects,
    queue,
    limits: { reposMax: 100, storedBytesMax: 1e9 },
    now: () => new Date(host.clock.ms),
  } as unknown as IngestDependencies)

describe('a published import', () => {
  it('is refused if its repo was moved to another owner', async () => {
    await host.make('lab/given', {}, 'ada')
    const { revision } = (await findRepo(host.table, { name: 'lab/given' })) ?? {}
    const importId = await arrived('lab/given', 'hf://hub/model')
    const moved = await host.ask('POST', '/lab/given/rename', { as: 'root', json: { to: 'team/given' } })
    expect(moved.status).toBe(200)
    await expect(publishing(importId)).rejects.toMatchObject({ code: 'repo_moved' })
    expect(await findRepo(host.table, { name: 'team/given' })).toMatchObject({ revision })
  })

  it('goes into a repo that was renamed meanwhile', async () => {
    await host.make('lab/before', {}, 'ada')
    const importId = await arrived('lab/before', 'hf://hub/model')
    await host.ask('POST', '/lab/before/rename', { json: { to: 'lab/after' } })
    await publishing(importId)
    const { revision } = (await getImport(host.table, importId)) ?? {}
    expect(await findRepo(host.table, { name: 'lab/after' })).toMatchObject({ revision })
  })

  it('from another branch also fills main where nothing was pushed to it', async () => {
    await host.make('lab/by-branch', {}, 'ada')
    await publishing(await arrived('lab/by-branch', 'hf://hub/model@dev'))
    const repo = await findRepo(host.table, { name: 'lab/by-branch' })
    const headOf = (name: string) => getRef(host.table, { repoId: repo?.id ?? '', kind: 'branch', name })
    const [dev, main] = await Promise.all(['dev', 'main'].map(headOf))
    expect([main?.revision, repo?.revision]).toEqual([dev?.revision, dev?.revision])
  })

  it('from another branch leaves a main with files where it is', async () => {
    await host.make('lab/filled', {}, 'ada')
    const revision = await host.commit('lab/filled', { 'a.txt': '1' })
    await publishing(await arrived('lab/filled', 'hf://hub/model@dev'))
    expect(await findRepo(host.table, { name: 'lab/filled' })).toMatchObject({ revision })
  })

  it('from another branch leaves a main alone from which somebody removed all files', async () => {
    await host.make('lab/emptied', {}, 'ada')
    await host.commit('lab/emptied', { 'a.txt': '1' })
    const revision = await host.commit('lab/emptied', {})
    await publishing(await arrived('lab/emptied', 'hf://hub/model@dev'))
    expect(await findRepo(host.table, { name: 'lab/emptied' })).toMatchObject({ revision })
  })

  it('follows a commit that reached its branch meanwhile', async () => {
    await host.make('lab/branches', {}, 'ada')
    await host.commit('lab/branches', { 'a.txt': '1' })
    await host.commit('lab/branches', { 'a.txt': '2' }, { branch: 'dev' })
    const importId = await arrived('lab/branches', 'hf://hub/model@dev')
    const { id: repoId } = (await findRepo(host.table, { name: 'lab/branches' })) ?? { id: '' }
    const between: { head?: string } = {}
    const transact = async (actions: Parameters<Table['transact']>[0]) => {
      // A commit in the Hub protocol to a branch other than main leaves the repo's item unchanged.
      if (
        between.head === undefined &&
        actions.some((action) => 'put' in action && action.put.sk === 'REF#branch#dev')
      ) {
        between.head = 'f'.repeat(40)
        const ref = await getRef(host.table, { repoId, kind: 'branch', name: 'dev' })
        await host.table.put({ ...keys.branch(repoId, 'dev'), ...ref, revision: between.head })
        const revision = { id: between.head, repoId, depth: 7, source: 'upload://', title: 'between' }
        await host.table.put({ ...keys.revision(repoId, between.head), ...revision })
      }
      return host.table.transact(actions)
    }
    await publishing(importId, { ...host.table, transact })
    const head = await getRef(host.table, { repoId, kind: 'branch', name: 'dev' })
    expect(await host.table.get(keys.revision(repoId, head?.revision ?? ''))).toMatchObject({
      parent: between.head,
      depth: 8,
    })
  })
})
