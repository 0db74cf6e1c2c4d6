import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishCommit } from '../../functions/hub/write/publish-commit.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { keys } from '../../shared/table/keys.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'
import { changeRepo } from '../../shared/table/repo-write.ts'
import { allFiles, allRevisions, getRef, getRepo } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { startTable, type TestTable } from '../support/dynoxide.ts'
import { putRepo } from '../support/put-repo.ts'

const first = '1'.repeat(40)
const sha256 = 'a'.repeat(64)
const now = () => new Date('2026-11-20T12:00:00Z')
/** Every blob exists. */
const objects = { head: async ({ key }: { key: string }) => ({ key, sizeBytes: 5 }) } as unknown as ObjectStore

let held: TestTable
let table: Table
let nonce = 0
beforeAll(async () => {
  held = await startTable()
  table = held.table
})
afterAll(() => held.close())

const named = (name: string) =>
  putRepo(table, { name, revisions: { [first]: [{ path: 'kept.txt', sizeBytes: 5, sha256 }] } })

interface Committing {
  repo: RepoItem
  path: string
  parentCommit?: string | undefined
  branch?: string
  on?: Table
}
const commit = ({ repo, path, parentCommit, branch = 'main', on = table }: Committing) => {
  const file = { path, sizeBytes: 5, sha256 }
  const store = async () => [{ kind: 'put' as const, file }]
  const request = { repo, branch, parentCommit, title: path, message: '', by: 'u', nonce: String(nonce++), store }
  return publishCommit(request, { table: on, objects, now })
}
const headOf = async ({ id }: RepoItem) =>
  (await getRef(table, { repoId: id, kind: 'branch', name: 'main' }))?.revision ?? ''
const filesOf = async ({ id }: RepoItem, revision: string) =>
  (await Array.fromAsync(allFiles(table, id, revision))).map(({ path }) => path)
/** What unpublished revisions left in the table. */
const leftovers = async ({ id }: RepoItem) => {
  const published = new Set((await Array.fromAsync(allRevisions(table, id))).map((revision) => revision.id))
  const items = await held.scan()
  return items.filter(({ pk, sk }) => {
    if (String(sk).startsWith('PENDING#')) return pk === keys.repo(id).pk
    const [, repoId, revision] = /^FILES#(\w+)#(\w+)$/.exec(String(pk)) ?? []
    return repoId === id && !published.has(revision ?? '')
  })
}

describe('commits', () => {
  it('to a repo that others change all the time succeed, and are written once', async () => {
    const repo = await named('crowd/busy')
    let marks = 0
    let changes = 0
    const busy: Table = {
      ...table,
      async transact(actions) {
        const text = JSON.stringify(actions)
        if (text.includes('"PENDING#') && text.includes('startedAt')) marks++
        if (text.includes('"REF#branch#main"') && changes++ < 10)
          await changeRepo(table, repo.id, (before) => ({ repo: { ...before, downloads: before.downloads + 1 } }))
        return table.transact(actions)
      },
    }
    const { head } = await commit({ repo, path: 'busy.txt', on: busy })
    expect(await filesOf(repo, head)).toContain('busy.txt')
    expect(marks).toBe(1)
    expect(await getRepo(table, repo.id)).toMatchObject({ downloads: 10, revision: head })
    expect(await leftovers(repo)).toEqual([])
  })

  it('from one parent: exactly one of fifty wins each round, and nothing is left of the others', async () => {
    const repo = await named('crowd/stale')
    const won = ['kept.txt']
    for (let round = 0; round < 20; round++) {
      const parentCommit = await headOf(repo)
      const paths = Array.from({ length: 50 }, (_, at) => `${round}-${at}.txt`)
      const outcomes = await Promise.allSettled(paths.map((path) => commit({ repo, path, parentCommit })))
      const winners = paths.filter((_, at) => outcomes[at]?.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      won.push(...winners)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          expect(outcome.reason).toMatchObject({ code: 'commit_conflict', status: 412 })
      expect(await filesOf(repo, await headOf(repo))).toEqual(won.toSorted())
    }
    expect(await Array.fromAsync(allRevisions(table, repo.id))).toHaveLength(21)
    expect(await leftovers(repo)).toEqual([])
  })

  it('without a parent lose nothing, however many run at once', async () => {
    const repo = await named('crowd/last')
    const paths = Array.from({ length: 15 }, (_, at) => `${at}.txt`)
    const heads = await Promise.all(paths.map((path) => commit({ repo, path })))
    expect(new Set(heads.map(({ head }) => head)).size).toBe(15)
    expect(await filesOf(repo, await headOf(repo))).toEqual(['kept.txt', ...paths].toSorted())
    expect(await leftovers(repo)).toEqual([])
    expect(await getRepo(table, repo.id)).toMatchObject({ revision: await headOf(repo), sizeBytes: 16 * 5 })
  })

  it('to fifty repos never block each other', async () => {
    const repos = await Promise.all(Array.from({ length: 50 }, (_, at) => named(`each/repo-${at}`)))
    const parents = await Promise.all(repos.map(headOf))
    await Promise.all(repos.map((repo, at) => commit({ repo, path: 'mine.txt', parentCommit: parents[at] })))
    for (const repo of repos) expect(await filesOf(repo, await headOf(repo))).toEqual(['kept.txt', 'mine.txt'])
  })

  it("to a branch leave main and the repo's search entries unchanged", async () => {
    const repo = await putRepo(table, { name: 'one/branch', revisions: { [first]: [] }, branches: { dev: first } })
    await commit({ repo, path: 'dev.txt', branch: 'dev' })
    expect(await headOf(repo)).toBe(first)
    expect((await getRepo(table, repo.id))?.revision).toBe(first)
  })

  it('to a repo that is deleted meanwhile fail', async () => {
    for (const branch of ['main', 'dev']) {
      const repo = await putRepo(table, {
        name: `gone/${branch}`,
        revisions: { [first]: [] },
        branches: { dev: first },
      })
      const deletedAt = now().toISOString()
      const on: Table = {
        ...table,
        async transact(actions) {
          await changeRepo(table, repo.id, (before) =>
            before.deletedAt ? undefined : { repo: { ...before, deletedAt } },
          )
          return table.transact(actions)
        },
      }
      await expect(commit({ repo, path: 'late.txt', branch, on })).rejects.toMatchObject({ code: 'repo_not_found' })
      expect(await leftovers(repo)).toEqual([])
    }
  })

  it('whose answer was lost are made once', async () => {
    const repo = await named('lost/answer')
    let lost = 0
    const on: Table = {
      ...table,
      async transact(actions) {
        await table.transact(actions)
        // The SDK repeats the request if it gets no answer.
        if (lost++ === 0) await table.transact(actions)
      },
    }
    const { head, isNew } = await commit({ repo, path: 'once.txt', on })
    expect(isNew).toBe(true)
    expect(await headOf(repo)).toBe(head)
    expect(await filesOf(repo, head)).toEqual(['kept.txt', 'once.txt'])
    expect(await Array.fromAsync(allRevisions(table, repo.id))).toHaveLength(2)
  })

  it('that fail without a clear answer keep their files, because they may still succeed', async () => {
    const repo = await named('no/verdict')
    let late: (() => Promise<void>) | undefined
    const on: Table = {
      ...table,
      transact: async (actions) => {
        // A transaction of its own counts beforehand what the commit holds.
        if (!actions.some((action) => 'put' in action && action.put.sk.startsWith('REVISION#')))
          return table.transact(actions)
        late = () => table.transact(actions)
        throw new Error('the connection broke')
      },
    }
    await expect(commit({ repo, path: 'late.txt', on })).rejects.toThrow('the connection broke')
    await late?.()
    expect(await filesOf(repo, await headOf(repo))).toEqual(['kept.txt', 'late.txt'])
  })
})
