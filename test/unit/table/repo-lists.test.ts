import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keys } from '../../../shared/table/keys.ts'
import { type ReadRepoList, readRepoList, repoOrders } from '../../../shared/table/read-repo-list.ts'
import { fullName, newRepo, type RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf, listedTagsMax, type RepoListName, repoListName } from '../../../shared/table/repo-lists.ts'
import { changeRepo, repoCreation, repoWrites } from '../../../shared/table/repo-write.ts'
import { findRepo, getRepo } from '../../../shared/table/repos.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'

let held: TestTable
beforeAll(async () => {
  held = await startTable()
})
afterAll(() => held.close())

const quota = { reposMax: 1000 }
const all: RepoListName = { kind: 'model', status: 'active', audience: 'all' }

const wideList = keys.repoEntry(repoListName({ ...all, audience: { owner: 'wide' } }), '')

async function make(name: string, about: Partial<RepoItem> = {}): Promise<RepoItem> {
  const repo = { ...newRepo({ fullName: name, createdBy: 'u', now: new Date('2026-01-01') }), ...about }
  await held.table.transact(repoCreation(repo, quota))
  return repo
}

const namesIn = async (request: Partial<ReadRepoList>): Promise<string[]> => {
  const names: string[] = []
  let after: string | undefined
  do {
    const page = await readRepoList(held.table, { lists: [all], order: 'name', limit: 2, ...request, after })
    names.push(...page.items.map(fullName))
    after = page.next
  } while (after !== undefined)
  return names
}

describe('a list of repos', () => {
  beforeAll(async () => {
    await make('lab/beta', { task: 'fill-mask', sizeBytes: 5, updatedAt: '2026-01-03T00:00:00.000Z' })
    await make('lab/Alpha', { visibility: 'public', sizeBytes: 1000, updatedAt: '2026-01-02T00:00:00.000Z' })
    await make('team/alpine', { visibility: 'public', task: 'fill-mask', sizeBytes: 20 })
    await make('team/zeta', { tags: ['x'], cardTags: ['x', 'y'], sizeBytes: 3 })
  })

  it('returns each repo once, in every order and page size', async () => {
    expect(await namesIn({})).toEqual(['lab/Alpha', 'lab/beta', 'team/alpine', 'team/zeta'])
    expect(await namesIn({ order: 'shortName' })).toEqual(['lab/Alpha', 'team/alpine', 'lab/beta', 'team/zeta'])
    expect(await namesIn({ order: 'size', descending: true })).toEqual([
      'lab/Alpha',
      'team/alpine',
      'lab/beta',
      'team/zeta',
    ])
    expect((await namesIn({ order: 'updated', descending: true })).slice(0, 2)).toEqual(['lab/beta', 'lab/Alpha'])
    for (const order of Object.keys(repoOrders) as (keyof typeof repoOrders)[])
      expect((await namesIn({ order, limit: 1 })).toSorted()).toEqual((await namesIn({ order, limit: 50 })).toSorted())
  })

  it('is empty after its last place, wherever that is', async () => {
    for (const request of [
      { prefix: 'lab/', after: 'zzz' },
      { prefix: 'lab/', after: 'a', descending: true },
    ])
      expect(await readRepoList(held.table, { lists: [all], order: 'name', limit: 2, ...request })).toEqual({
        items: [],
      })
  })

  it('of several owners and public repos is one list without duplicates', async () => {
    const lists: RepoListName[] = [
      { ...all, audience: 'public' },
      { ...all, audience: { owner: 'LAB' } },
    ]
    expect(await namesIn({ lists })).toEqual(['lab/Alpha', 'lab/beta', 'team/alpine'])
    expect(await namesIn({ lists: [{ ...all, audience: { publicOf: 'lab' } }] })).toEqual(['lab/Alpha'])
  })

  it('can be filtered by task, tag and the start of a name', async () => {
    expect(await namesIn({ lists: [{ ...all, facet: { name: 'task', value: 'fill-mask' } }] })).toEqual([
      'lab/beta',
      'team/alpine',
    ])
    expect(await namesIn({ lists: [{ ...all, facet: { name: 'tag', value: 'y' } }] })).toEqual(['team/zeta'])
    expect(await namesIn({ order: 'shortName', prefix: 'al' })).toEqual(['lab/Alpha', 'team/alpine'])
    expect(await namesIn({ prefix: 'lab/' })).toEqual(['lab/Alpha', 'lab/beta'])
    expect(await namesIn({ order: 'shortName', prefix: 'al', descending: true, limit: 1 })).toEqual([
      'team/alpine',
      'lab/Alpha',
    ])
  })
})

describe('a change to a repo', () => {
  it('moves it between lists at once', async () => {
    const repo = await make('move/me', { task: 'fill-mask' })
    await changeRepo(held.table, repo.id, (before) => ({
      repo: { ...before, task: 'summarization', visibility: 'public', updatedAt: '2026-02-01T00:00:00.000Z' },
    }))
    const of = (value: string) =>
      namesIn({ lists: [{ ...all, audience: { owner: 'move' }, facet: { name: 'task', value } }] })
    expect(await of('fill-mask')).toEqual([])
    expect(await of('summarization')).toEqual(['move/me'])
    expect(await namesIn({ lists: [{ ...all, audience: { publicOf: 'move' } }] })).toEqual(['move/me'])
  })

  it('is never lost to a simultaneous one', async () => {
    const repo = await make('race/counter')
    const changes = Array.from({ length: 12 }, () =>
      changeRepo(held.table, repo.id, (before) => ({ repo: { ...before, downloads: before.downloads + 1 } })),
    )
    await Promise.all(changes)
    expect(await getRepo(held.table, repo.id)).toMatchObject({ downloads: 12, version: 13 })
  })

  it('keeps all tags, even if only some of them are listed', async () => {
    const tags = Array.from({ length: 40 }, (_, at) => `tag-${at}`)
    const repo = await make('many/tags', { tags, task: 't', library: 'l', license: 'i', visibility: 'public' })
    expect(repoWrites({ before: undefined, after: repo }).length).toBeLessThanOrEqual(90)
    const list = (at: number) => namesIn({ lists: [{ ...all, facet: { name: 'tag', value: `tag-${at}` } }] })
    expect(await list(listedTagsMax - 1)).toEqual(['many/tags'])
    expect((await findRepo(held.table, { name: 'MANY/Tags' }))?.tags).toEqual(tags)
  })

  it('is complete even if it is too large for one transaction, such as new tags and a new name', async () => {
    const tags = Array.from({ length: 20 }, (_, at) => `old-${at}`)
    const repo = await make('large/change', { tags, task: 'a', library: 'b', license: 'c', visibility: 'public' })
    const others = tags.map((tag) => tag.replace('old', 'new'))
    await changeRepo(held.table, repo.id, (before) => ({ repo: { ...before, tags: others } }))
    const by = (value: string) => namesIn({ lists: [{ ...all, facet: { name: 'tag', value } }] })
    expect([await by('old-0'), await by('new-0')]).toEqual([[], ['large/change']])
    const own = Array.from({ length: 5 }, (_, at) => ({ put: { pk: 'OWN#', sk: String(at) } }))
    const renamed = { owner: 'other', name: 'name', task: 'x', library: 'y', license: 'z' }
    await changeRepo(held.table, repo.id, (before) => ({ repo: { ...before, ...renamed }, writes: own }))
    expect(await by('new-14')).toEqual(['other/name'])
    expect(await namesIn({ prefix: 'large/' })).toEqual([])
    const listed = (await held.scan()).filter(({ pk, id }) => String(pk).startsWith('LIST#') && id === repo.id)
    expect(listed).toHaveLength(4 * (4 + listedTagsMax))
    expect(await getRepo(held.table, repo.id)).not.toHaveProperty('isUntagged')
  })
})

describe('a page of repos with long descriptions', () => {
  it('has the requested length, although one read of the table holds a megabyte', async () => {
    const cardTags = Array.from({ length: 16 }, (_, at) => `${at}`.padEnd(250, 'x'))
    const about = { createdBy: 'u', now: new Date('2026-01-01') }
    const repos = Array.from({ length: 300 }, (_, at) => newRepo({ fullName: `wide/r${at}`, ...about }))
    const ofOwner = repos.flatMap((repo) => entriesOf({ ...repo, cardTags }).slice(1, 2))
    await held.table.putMany(ofOwner.map((entry) => ({ ...entry, pk: wideList.pk })))
    const lists: RepoListName[] = [{ ...all, audience: { owner: 'wide' } }]
    const page = await readRepoList(held.table, { lists, order: 'updated', limit: 1000 })
    expect(page.items).toHaveLength(300)
    expect(page).not.toHaveProperty('next')
  })
})

describe('a name', () => {
  it('is unique whatever its case', async () => {
    const tries = ['Case/One', 'case/one', 'CASE/ONE'].map((name) => make(name))
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ConditionFailed)
    expect(await namesIn({ lists: [{ ...all, audience: { owner: 'case' } }] })).toHaveLength(1)
  })

  it('may be shared by a model and a dataset', async () => {
    await make('both/same')
    await make('both/same', { kind: 'dataset' })
    expect((await findRepo(held.table, { kind: 'dataset', name: 'both/same' }))?.kind).toBe('dataset')
  })

  it('cannot be taken over the quota of its owner, however many try at once', async () => {
    const few = { reposMax: 3 }
    const tries = Array.from({ length: 8 }, (_, at) =>
      held.table.transact(repoCreation(newRepo({ fullName: `few/r${at}`, createdBy: 'u', now: new Date() }), few)),
    )
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  })
})
