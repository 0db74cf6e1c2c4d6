import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deletedRepoKeptDays } from '../../../shared/model/repo-grace.ts'
import { metadata, type RepoHost, startRepoHost } from './support/repo-host.ts'

let host: RepoHost
beforeAll(async () => {
  host = await startRepoHost()
  for (const name of ['lab', 'team', 'club']) await host.make(`${name}/first`)
})
afterAll(() => host.close())

const rename = (from: string, to: string, as = 'ada') => host.ask('POST', `/${from}/rename`, { as, json: { to } })
const remove = (name: string, as = 'ada') => host.ask('DELETE', `/${name}`, { as })
const undelete = (name: string, as = 'ada') => host.ask('POST', `/${name}/undelete`, { as })
const days = (count: number) => count * 86_400_000

describe('a new repo', () => {
  it('is empty and private, and is found under its name in any case', async () => {
    const made = await host.make('lab/New-One', {}, 'ada')
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'lab/New-One', kind: 'model', visibility: 'private', sizeBytes: 0, tags: [] },
    })
    expect(made.headers.get('location')).toBe('/api/v1/repos/lab/New-One')
    const found = await host.get('/LAB/new-one')
    expect(found.body).toMatchObject({ id: 'lab/New-One', refs: { branches: [], tags: [], aliases: [] } })
    expect(host.sent.at(-1)).toMatchObject({ step: 'write-repo-manifest' })
  })

  it('is refused with the address of the one that has the name', async () => {
    await host.make('lab/taken', {}, 'ada')
    const again = await host.make('LAB/Taken', {}, 'ben')
    expect(again).toMatchObject({
      status: 409,
      body: { error: { code: 'repo_exists', url: '/api/v1/repos/lab/taken', id: 'lab/taken' } },
    })
  })

  it('is one, of twenty made at once under names that differ in case', async () => {
    const names = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'lab/At-Once' : 'lab/at-once'))
    const answers = await Promise.all(names.map((name) => host.make(name, {}, 'ada')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)])
    expect(await host.all('?prefix=lab/at-once')).toHaveLength(1)
  })

  it('may be a dataset beside a model of the same name', async () => {
    await host.make('lab/twin', {}, 'ada')
    expect((await host.make('lab/twin', { kind: 'dataset' }, 'ada')).status).toBe(201)
    expect((await host.get('/lab/twin?kind=dataset')).body.kind).toBe('dataset')
    expect((await host.get('/lab/twin')).body.kind).toBe('model')
    expect(await host.all('?kind=dataset&owner=lab')).toMatchObject([{ id: 'lab/twin', kind: 'dataset' }])
  })

  it.each([
    ['a reader of the organisation', 'club/x', 'ada', 403, 'forbidden'],
    ['someone outside of it', 'lab/x', 'eve', 404, 'owner_not_found'],
    ['a key that may only read', 'lab/x', 'reader', 403, 'missing_scope'],
    ['someone in a namespace that nobody has', 'nowhere/x', 'eve', 404, 'owner_not_found'],
  ])('is not for %s to make', async (_, name, as, status, code) => {
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
  ])('is not made of %j', async (json) => {
    expect(await host.ask('POST', '', { json })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request' } },
    })
  })

  it('is not made beyond the quota, which is named', async () => {
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

describe('who may see a repo', () => {
  it('is its owner alone, until it is public', async () => {
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

  it('says of what cannot be told from what is not there the same', async () => {
    const hidden = await host.get('/lab/first', 'eve')
    const absent = await host.get('/lab/absent', 'eve')
    expect(hidden.body.error.message.replace('first', 'absent')).toBe(absent.body.error.message)
    expect(hidden.body.error.code).toBe(absent.body.error.code)
  })
})

describe('tags of a repo', () => {
  it('are put on by who may write, and found by', async () => {
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
  ])('are refused where they could not be shown or found: %j', async (tags) => {
    expect((await host.ask('PATCH', '/lab/first', { json: { tags } })).status).toBe(400)
  })

  it('are not changed by asking for nothing', async () => {
    expect((await host.ask('PATCH', '/lab/first', { json: {} })).status).toBe(400)
  })
})

describe('a card', () => {
  it('is shown with the repo while it is small', async () => {
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

describe('a renamed repo', () => {
  it('is found under its old names, through any number of them, until someone takes one', async () => {
    await host.make('lab/one', {}, 'ada')
    for (const [from, to] of [
      ['lab/one', 'lab/two'],
      ['lab/two', 'lab/three'],
    ] as const)
      expect(await rename(from, to)).toMatchObject({ status: 200, body: { id: to } })
    for (const name of ['one', 'two', 'three']) expect((await host.get(`/lab/${name}`)).body.id).toBe('lab/three')
    expect((await host.make('lab/one', {}, 'ada')).status).toBe(201)
    expect((await host.get('/lab/one')).body.id).toBe('lab/one')
    expect((await host.get('/lab/two')).body.id).toBe('lab/three')
    expect(await host.all('?prefix=lab/t')).toMatchObject([
      { id: 'lab/tagged' },
      { id: 'lab/taken' },
      { id: 'lab/three' },
      { id: 'lab/twin' },
    ])
  })

  it('may have its name back, and the same name in another case', async () => {
    await host.make('lab/back', {}, 'ada')
    await rename('lab/back', 'lab/forth')
    expect((await rename('lab/forth', 'lab/back')).body.id).toBe('lab/back')
    expect((await host.get('/lab/forth')).body.id).toBe('lab/back')
    expect((await rename('lab/back', 'lab/BACK')).body.id).toBe('lab/BACK')
    expect((await host.all('?prefix=lab/back')).map(({ id }) => id)).toEqual(['lab/BACK'])
  })

  it('is not renamed or deleted by a name that it had before', async () => {
    await host.make('lab/was', {}, 'ada')
    await rename('lab/was', 'lab/is')
    for (const answer of [await remove('lab/was'), await rename('lab/was', 'lab/else')])
      expect(answer).toMatchObject({ status: 409, body: { error: { code: 'repo_renamed', id: 'lab/is' } } })
  })

  it('counts for its new owner, with what it holds', async () => {
    await host.make('eve/moving', {}, 'eve')
    await host.commit('eve/moving', { 'a.txt': 'content' })
    expect((await rename('eve/moving', 'lab/moved', 'eve')).status).toBe(404)
    expect((await rename('lab/first', 'team/first')).status).toBe(403)
    expect((await rename('eve/moving', 'lab/moved', 'root')).status).toBe(200)
    expect((await host.get('/eve/moving', 'eve')).status).toBe(404)
    const usage = (await host.scan()).filter(({ pk, sk }) => String(pk).startsWith('USAGE#') && sk === 'USAGE')
    const of = (owner: string) => usage.find(({ pk }) => pk === `USAGE#${owner}`)
    expect(of('eve')).toMatchObject({ repos: 0 })
    expect(of('lab')).toMatchObject({ storedBytes: 7 })
  })

  it('takes no name that is taken, of two that want it at once one', async () => {
    for (const at of [1, 2, 3, 4, 5]) await host.make(`lab/racer-${at}`, {}, 'ada')
    const tries = [1, 2, 3, 4, 5].map((at) => rename(`lab/racer-${at}`, 'lab/Goal'))
    const outcomes = await Promise.all([...tries, host.make('lab/goal', {}, 'ben')])
    const won = outcomes.filter(({ status }) => status < 300)
    expect(won).toHaveLength(1)
    expect(outcomes.filter(({ status }) => status === 409)).toHaveLength(5)
    expect(await host.all('?prefix=lab/goal')).toHaveLength(1)
    const repos = (await host.scan()).filter(
      ({ sk, owner, name }) => sk === 'REPO' && /^(racer|goal)/i.test(String(name)) && owner === 'lab',
    )
    expect(repos).toHaveLength(won[0]?.status === 201 ? 6 : 5)
  })
})

describe('a deleted repo', () => {
  it('is gone for everyone, keeps its name, and comes back whole', async () => {
    await host.make('lab/gone', { visibility: 'public' }, 'ada')
    const revision = await host.commit('lab/gone', { 'a.txt': 'a' })
    expect((await remove('lab/gone', 'ben')).status).toBe(403)
    const { body } = await remove('lab/gone')
    expect(Date.parse(body.keptUntil) - Date.parse(body.deletedAt)).toBe(days(deletedRepoKeptDays))
    for (const as of ['ada', 'root', 'eve']) expect((await host.get('/lab/gone', as)).status).toBe(404)
    expect((await host.get('/lab/gone', null)).status).toBe(401)
    expect((await host.make('lab/GONE', {}, 'ada')).body.error.code).toBe('repo_deleted')
    expect(await host.all('?prefix=lab/gone')).toEqual([])
    expect((await undelete('lab/gone', 'ben')).status).toBe(403)
    expect((await undelete('lab/gone', 'eve')).status).toBe(404)
    expect(await undelete('lab/gone')).toMatchObject({ status: 200, body: { revision, visibility: 'public' } })
    expect((await host.get('/lab/gone/revisions/main', null)).body.id).toBe(revision)
  })

  it('is listed to those who may bring it back', async () => {
    await host.make('lab/listed-gone', {}, 'ada')
    await remove('lab/listed-gone')
    const names = async (query: string, as: string) =>
      (await host.all(`?status=deleted${query}`, as)).map(({ id }) => id)
    expect(await names('', 'ada')).toContain('lab/listed-gone')
    expect(await names('&owner=lab&sort=updated', 'root')).toContain('lab/listed-gone')
    expect(await names('', 'ben')).toEqual([])
    expect((await host.get('?status=deleted&owner=lab', 'ben')).status).toBe(403)
    expect((await host.get('?status=deleted&owner=lab', 'eve')).status).toBe(404)
  })

  it('cannot be brought back after its time', async () => {
    await host.make('lab/late', {}, 'ada')
    await remove('lab/late')
    host.clock.ms += days(deletedRepoKeptDays)
    expect(await undelete('lab/late')).toMatchObject({ status: 404, body: { error: { code: 'repo_not_found' } } })
    host.clock.ms -= days(deletedRepoKeptDays)
    expect((await undelete('lab/late')).status).toBe(200)
    expect((await undelete('lab/late')).status).toBe(200)
  })
})

describe('a repo that is deployed', () => {
  const deployable = async (name: string) => {
    await host.make(name)
    const onnx = [{ path: 'model.onnx', inputs: [], outputs: [], opset: {} }]
    await host.commit(name, { 'model.onnx': name }, { metadata: metadata({ task: 'feature-extraction', onnx }) })
  }
  const deploy = (target: string, json: object, as = 'ada') =>
    host.call('POST', '/api/v1/deployments', { as, json: { target, ...json } })
  const deployment = (name: string) => host.call('GET', `/api/v1/deployments/${name}`, { as: 'root' })

  it('is not deleted before what serves it, which is named where one may know of it', async () => {
    await deployable('lab/served')
    await host.ask('PATCH', '/lab/served', { json: { visibility: 'public' } })
    expect((await deploy('lab/served', { name: 'ours' })).status).toBe(201)
    expect((await deploy('lab/served', { name: 'theirs', owner: 'eve' }, 'eve')).status).toBe(201)
    const refused = await remove('lab/served')
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'repo_deployed', deployments: ['ours'], others: 1 } },
    })
    expect(JSON.stringify(refused.body)).not.toContain('theirs')
    expect((await host.ask('DELETE', '/lab/served?force=true')).status).toBe(409)
    expect((await host.call('DELETE', '/api/v1/deployments/ours')).status).toBe(204)
    expect((await remove('lab/served')).body.error).toMatchObject({ deployments: [], others: 1 })
    expect((await host.ask('DELETE', '/lab/served?force=true')).status).toBe(200)
    expect((await deployment('theirs')).status).toBe(200)
    expect((await deploy('lab/served', { name: 'late' })).status).toBe(404)
  })

  it('is served by a version or an alias, and its deployments say what it is called now', async () => {
    await deployable('lab/named')
    await host.ask('POST', '/lab/named/versions', { json: {} })
    await host.ask('POST', '/lab/named/aliases', { json: { name: 'champion' } })
    for (const ref of ['v1', 'champion'])
      expect((await deploy(`lab/named@${ref}`, { name: `named-${ref}` })).body).toMatchObject({
        ref,
        repo: 'lab/named',
      })
    await rename('lab/named', 'lab/renamed')
    expect((await deployment('named-champion')).body).toMatchObject({
      repo: 'lab/renamed',
      target: 'lab/renamed@champion',
    })
    expect((await deploy('lab/named@v1', { name: 'again' })).body).toMatchObject({ repo: 'lab/renamed' })
  })
})
