import { describe, expect, it } from 'vitest'
import { ensureOwner } from '../../../shared/auth/ensure-owner.ts'
import { bootstrapAdmin, createVerifier } from '../../../shared/auth/verify.ts'
import { ada, create, eve, get, newOrganisation, remove, set, usePeople } from './support/organisations.ts'
import { host } from './support/use-auth-host.ts'

usePeople()

describe('the owners of a user', () => {
  it('are the personal namespace and then the organisations, in pages', async () => {
    const person = await host.person('joiner')
    const names = await Promise.all(Array.from({ length: 5 }, () => newOrganisation(person)))
    for (const limit of [1, 2, 3, 100]) {
      const listed: string[] = []
      let cursor: string | undefined
      do {
        const query = `limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`
        const { body } = await host.ask(`/api/v1/owners?${query}`, { token: person.accessToken })
        expect(body.items.length).toBeLessThanOrEqual(limit)
        listed.push(...body.items.map(({ name }: { name: string }) => name))
        cursor = body.cursor
      } while (cursor !== undefined)
      expect(listed).toEqual(['joiner', ...names.toSorted()])
    }
  })

  it('include the personal namespace, which has no members and cannot be deleted', async () => {
    expect((await get(ada, 'ada')).body).toMatchObject({ name: 'Ada', kind: 'user', role: 'admin' })
    expect((await remove(ada, 'ada')).body.error.code).toBe('not_an_organisation')
    expect((await set(ada, 'ada', eve, 'admin')).body.error.code).toBe('not_an_organisation')
    expect((await get(eve, 'ada')).status).toBe(404)
  })
})

describe('a namespace without an owner', () => {
  const principalOf = (token: string) => createVerifier({ table: host.table, now: host.now })(token)
  const ensure = async (token: string, owner: string) =>
    ensureOwner({ table: host.table, principal: await principalOf(token), owner, now: host.now() })

  it('becomes an organisation when a platform admin writes to it, once even if ten do so at once', async () => {
    const at = host.now()
    const made = await Promise.all(
      Array.from({ length: 10 }, () =>
        ensureOwner({ table: host.table, principal: bootstrapAdmin, owner: 'sentence-transformers', now: at }),
      ),
    )
    expect(new Set(made.map((owner) => JSON.stringify({ name: owner.name, kind: owner.kind }))).size).toBe(1)
    expect(made[0]).toMatchObject({ name: 'sentence-transformers', kind: 'organisation' })
    expect((await create(eve, 'Sentence-Transformers')).status).toBe(409)
  })

  it('cannot be written by other users, and a stranger has to log in', async () => {
    await expect(ensure(eve.accessToken, 'nobodys')).rejects.toMatchObject({ code: 'owner_not_found' })
    const stranger = ensureOwner({ table: host.table, principal: undefined, owner: 'nobodys', now: host.now() })
    await expect(stranger).rejects.toMatchObject({ code: 'unauthenticated' })
    const name = await newOrganisation()
    await set(ada, name, eve, 'read')
    await expect(ensure(eve.accessToken, name)).rejects.toMatchObject({ code: 'forbidden' })
    await set(ada, name, eve, 'write')
    expect(await ensure(eve.accessToken, name.toUpperCase())).toMatchObject({ name })
    expect(await ensure(eve.accessToken, 'EVE')).toMatchObject({ name: 'eve', kind: 'user' })
  })

  it("cannot have a reserved name, except for the admin's own", async () => {
    const asAdmin = (owner: string) =>
      ensureOwner({ table: host.table, principal: bootstrapAdmin, owner, now: host.now() })
    await expect(asAdmin('datasets')).rejects.toMatchObject({ code: 'name_reserved' })
    expect(await asAdmin('admin')).toMatchObject({ name: 'admin', kind: 'user', userId: 'admin' })
  })
})
