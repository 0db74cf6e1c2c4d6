import { describe, expect, it } from 'vitest'
import { startRepoHost } from './support/repo-host.ts'
import { host, useSeededHost } from './support/seeded-host.ts'

useSeededHost()

describe('a new repo', () => {
  it('is empty and private, and is found by its name in any case', async () => {
    const made = await host.make('lab/New-One', {}, 'ada')
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'lab/New-One', kind: 'model', visibility: 'private', sizeBytes: 0, tags: [] },
    })
    expect(made.headers.get('location')).toBe('/api/v1/repos/lab/New-One')
    const found = await host.get('/LAB/new-one')
    expect(found.body).toMatchObject({ id: 'lab/New-One', refs: { tags: [], aliases: [] } })
  })

  it('has a first commit without files on main, which clients of the Hub read and download like any other', async () => {
    const { body } = await host.make('lab/first-commit', {}, 'ada')
    expect(host.sent.at(-1)).toMatchObject({ step: 'inspect-revision', revision: body.revision })
    expect((await host.get('/lab/first-commit')).body.refs.branches).toMatchObject([
      { name: 'main', revision: body.revision },
    ])
    expect((await host.get('/lab/first-commit/revisions')).body.items).toMatchObject([
      { id: body.revision, title: 'initial commit', depth: 1, filesTotal: 0, createdBy: 'ada' },
    ])
    const info = await host.call('GET', '/api/models/lab/first-commit')
    expect(info.body).toMatchObject({ sha: body.revision, siblings: [] })
    const folder = await host.call('GET', '/api/models/lab/first-commit/tree/main/missing')
    expect([folder.status, folder.headers.get('x-error-code')]).toEqual([404, 'EntryNotFound'])
  })

  it('is refused with the address of the repo that has its name', async () => {
    await host.make('lab/taken', {}, 'ada')
    const again = await host.make('LAB/Taken', {}, 'ben')
    expect(again).toMatchObject({
      status: 409,
      body: { error: { code: 'repo_exists', url: '/api/v1/repos/lab/taken', id: 'lab/taken' } },
    })
  })

  it('is created once if twenty are created at once in different case', async () => {
    const names = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'lab/At-Once' : 'lab/at-once'))
    const answers = await Promise.all(names.map((name) => host.make(name, {}, 'ada')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)])
    expect(await host.all('?prefix=lab/at-once')).toHaveLength(1)
  })

  it('may be a dataset with the name of a model', async () => {
    await host.make('lab/twin', {}, 'ada')
    expect((await host.make('lab/twin', { kind: 'dataset' }, 'ada')).status).toBe(201)
    expect((await host.get('/lab/twin?kind=dataset')).body.kind).toBe('dataset')
    expect((await host.get('/lab/twin')).body.kind).toBe('model')
    expect(await host.all('?kind=dataset&owner=lab')).toMatchObject([{ id: 'lab/twin', kind: 'dataset' }])
  })

  it.each([
    ['a reader of the organisation', 'club/x', 'ada', 403, 'forbidden'],
    ['a stranger', 'lab/x', 'eve', 404, 'owner_not_found'],
    ['a key with only the read scope', 'lab/x', 'reader', 403, 'missing_scope'],
    ['a member in a missing namespace', 'nowhere/x', 'eve', 404, 'owner_not_found'],
  ])('cannot be created by %s', async (_, name, as, status, code) => {
    expect(await host.make(name, {}, as)).toMatchObject({ status, body: { error: { code } } })
    expect((await host.get(`/${name}`, 'root')).status).toBe(404)
  })

  it.each([
    { name: '../x' },
    { name: 'lab/x', visibility: 'secret' },
    { name: 'lab/x', colour: 'red' },
    { name: 'lab/x', kind: 'space' },
    { name: 7 },
    {},
  ])('cannot be created with %j', async (json) => {
    expect(await host.ask('POST', '', { json })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request' } },
    })
  })

  it('cannot be created over the quota, which is named', async () => {
    const small = await startRepoHost({ quotas: { repos: 2 } })
    const made = await Promise.all([1, 2, 3, 4].map((at) => small.make(`eve/r${at}`, {}, 'eve')))
    expect(made.map(({ status }) => status).toSorted()).toEqual([201, 201, 403, 403])
    expect(made.find(({ status }) => status === 403)?.body.error).toMatchObject({
      code: 'quota_exceeded',
      quota: 'repos',
    })
    await small.close()
  })
})

describe('the visibility of a repo', () => {
  it('is limited to its owner until it is public', async () => {
    await host.make('lab/seen', {}, 'ada')
    expect((await host.get('/lab/seen', 'eve')).status).toBe(404)
    expect((await host.get('/lab/seen', null)).status).toBe(401)
    expect((await host.ask('PATCH', '/lab/seen', { as: 'ben', json: { visibility: 'public' } })).status).toBe(403)
    const opened = await host.ask('PATCH', '/lab/seen', { json: { visibility: 'public' } })
    expect(opened).toMatchObject({ status: 200, body: { visibility: 'public' } })
    expect((await host.get('/lab/seen', 'eve')).status).toBe(200)
    expect((await host.get('/lab/seen', null)).status).toBe(200)
    expect((await host.ask('DELETE', '/lab/seen', { as: 'eve' })).status).toBe(403)
    await host.ask('PATCH', '/lab/seen', { json: { visibility: 'private' } })
    expect((await host.get('/lab/seen', 'eve')).status).toBe(404)
  })

  it('makes a hidden repo look like a missing one', async () => {
    const hidden = await host.get('/lab/seed', 'eve')
    const absent = await host.get('/lab/absent', 'eve')
    expect(hidden.body.error.message.replace('seed', 'absent')).toBe(absent.body.error.message)
    expect(hidden.body.error.code).toBe(absent.body.error.code)
  })
})

describe('the tags of a repo', () => {
  it('can be set by writers and searched', async () => {
    await host.make('lab/tagged', {}, 'ada')
    const changed = await host.ask('PATCH', '/lab/tagged', { as: 'ben', json: { tags: ['gold', 'für uns'] } })
    expect(changed.body.tags).toEqual(['gold', 'für uns'])
    expect(await host.all(`?tag=${encodeURIComponent('für uns')}`)).toMatchObject([{ id: 'lab/tagged' }])
    await host.ask('PATCH', '/lab/tagged', { json: { tags: ['silver'] } })
    expect(await host.all('?tag=gold')).toEqual([])
  })

  it.each([
    [['a', 'a']],
    [['']],
    [[' x']],
    [['x'.repeat(101)]],
    [['a\u0000']],
    [['\ud800']],
    [
      Array(16)
        .fill('t')
        .map((t, at) => t + at),
    ],
  ])('are refused if they cannot be displayed or searched: %j', async (tags) => {
    expect((await host.ask('PATCH', '/lab/seed', { json: { tags } })).status).toBe(400)
  })

  it('do not change with an empty request', async () => {
    expect((await host.ask('PATCH', '/lab/seed', { json: {} })).status).toBe(400)
  })
})

describe('a model card', () => {
  it('is returned with the repo while it is small', async () => {
    await host.make('lab/card', {}, 'ada')
    await host.commit('lab/card', { 'README.md': '# Größe', 'x.bin': 'x' })
    expect((await host.get('/lab/card')).body).not.toHaveProperty('card')
    await host.inspect('lab/card')
    expect((await host.get('/lab/card')).body).toMatchObject({ card: '# Größe', sizeBytes: 10 })
    await host.commit('lab/card', { 'README.md': 'x'.repeat(65 * 1024) })
    await host.inspect('lab/card')
    expect((await host.get('/lab/card')).body).not.toHaveProperty('card')
  })
})
