import { beforeAll, describe, expect, it } from 'vitest'
import { host, useSeededHost } from './support/seeded-host.ts'

useSeededHost()

const names = async (query: string, as?: string): Promise<string[]> => (await host.all(query, as)).map(({ id }) => id)

describe('the list of repos', () => {
  beforeAll(async () => {
    for (const [at, name] of ['lab/Alpha', 'lab/beta', 'team/alpine', 'club/Zeta'].entries()) {
      host.clock.ms += 1000
      await host.make(name)
      const card = '---\npipeline_tag: fill-mask\nlicense: mit\nlibrary_name: onnx\n---\n'
      await host.commit(name, { 'README.md': card + 'x'.repeat(10 - at) })
      await host.inspect(name)
    }
    await host.ask('PATCH', '/club/Zeta', { as: 'root', json: { visibility: 'public', tags: ['gold'] } })
  })

  it('shows callers only what they may see', async () => {
    expect(await names('?owner=lab', 'eve')).toEqual([])
    expect(await names('?owner=club', 'eve')).toEqual(['club/Zeta'])
    expect(await names('', 'eve')).toEqual(['club/Zeta'])
    expect(await names('', 'ben')).toEqual(['club/Zeta', 'lab/Alpha', 'lab/beta', 'lab/seed'])
    expect(await names('', 'root')).toHaveLength(7)
    expect((await host.get('', null)).status).toBe(401)
  })

  it('can be sorted in every order and direction', async () => {
    const made = ['lab/Alpha', 'lab/beta', 'team/alpine', 'club/Zeta']
    const of = async (query: string) => (await names(query, 'root')).filter((name) => made.includes(name))
    expect(await of('?sort=created&direction=asc')).toEqual(made)
    expect(await of('?sort=created')).toEqual(made.toReversed())
    expect(await of('?sort=size')).toEqual(made)
    expect(await of('?sort=updated')).toEqual(made.toReversed())
    expect(await of('?sort=name&direction=desc')).toEqual(['team/alpine', 'lab/beta', 'lab/Alpha', 'club/Zeta'])
    expect((await of('?sort=downloads')).toSorted()).toEqual(made.toSorted())
  })

  it('can be filtered by one facet, an owner and the start of a name', async () => {
    expect(await names('?tag=gold', 'root')).toEqual(['club/Zeta'])
    expect(await names('?license=mit&owner=lab&sort=size', 'root')).toEqual(['lab/Alpha', 'lab/beta'])
    expect(await names('?prefix=AL', 'root')).toEqual(['lab/Alpha', 'team/alpine'])
    expect(await names('?prefix=lab/', 'root')).toEqual(['lab/Alpha', 'lab/beta', 'lab/seed'])
    expect(await names('?library=onnx&prefix=al&direction=desc', 'root')).toEqual(['team/alpine', 'lab/Alpha'])
  })

  it.each([
    ['task=fill-mask&license=mit', 'one of task, library, license, tag'],
    ['prefix=a&sort=size', 'sort=name only'],
    ['status=deleted&tag=gold', 'status=deleted can be combined with'],
    ['tag=a&tag=b', 'once'],
    ['sort=colour', 'must be one of'],
    ['sort_by=size', 'The query: must not have'],
    ['limit=1000', 'from 1 to 100'],
    ['limit=abc', 'must be a whole number from 1 to 100'],
    ['cursor=nonsense', 'cursor'],
    ['owner=..%2F..', 'owner'],
  ])('refuses %s with what is allowed', async (query, hint) => {
    const { status, body } = await host.get(`?${query}`)
    expect(status).toBe(400)
    expect(JSON.stringify(body.error)).toContain(hint)
  })

  it('refuses the cursor of another query', async () => {
    const { body } = await host.get('?limit=1', 'root')
    expect((await host.get(`?limit=2&cursor=${body.cursor}`, 'root')).status).toBe(200)
    for (const query of ['sort=size', 'owner=lab', 'kind=dataset'])
      expect((await host.get(`?${query}&cursor=${body.cursor}`, 'root')).status).toBe(400)
  })
})
