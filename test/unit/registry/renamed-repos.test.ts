import { describe, expect, it } from 'vitest'
import { host, remove, rename, useSeededHost } from './support/seeded-host.ts'

useSeededHost()

describe('a renamed repo', () => {
  it('is found under all its old names until another repo takes one', async () => {
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
    expect((await host.all('?prefix=lab/t')).map(({ id }) => id)).toEqual(['lab/three'])
  })

  it('can get an old name back, and the same name in another case', async () => {
    await host.make('lab/back', {}, 'ada')
    await rename('lab/back', 'lab/forth')
    expect((await rename('lab/forth', 'lab/back')).body.id).toBe('lab/back')
    expect((await host.get('/lab/forth')).body.id).toBe('lab/back')
    expect((await rename('lab/back', 'lab/BACK')).body.id).toBe('lab/BACK')
    expect((await host.all('?prefix=lab/back')).map(({ id }) => id)).toEqual(['lab/BACK'])
  })

  it('cannot be renamed or deleted by an old name', async () => {
    await host.make('lab/was', {}, 'ada')
    await rename('lab/was', 'lab/is')
    for (const answer of [await remove('lab/was'), await rename('lab/was', 'lab/else')])
      expect(answer).toMatchObject({ status: 409, body: { error: { code: 'repo_renamed', id: 'lab/is' } } })
  })

  it('counts for its new owner, with its stored bytes', async () => {
    await host.make('eve/moving', {}, 'eve')
    await host.commit('eve/moving', { 'a.txt': 'content' })
    expect((await rename('eve/moving', 'lab/moved', 'eve')).status).toBe(404)
    expect((await rename('lab/seed', 'team/seed')).status).toBe(403)
    expect((await rename('eve/moving', 'lab/moved', 'root')).status).toBe(200)
    expect((await host.get('/eve/moving', 'eve')).status).toBe(404)
    const usage = (await host.scan()).filter(({ pk, sk }) => String(pk).startsWith('USAGE#') && sk === 'USAGE')
    const of = (owner: string) => usage.find(({ pk }) => pk === `USAGE#${owner}`)
    expect(of('eve')).toMatchObject({ repos: 0 })
    expect(of('lab')).toMatchObject({ storedBytes: 7 })
  })

  it('cannot take a used name, and only one of several simultaneous renames gets it', async () => {
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
