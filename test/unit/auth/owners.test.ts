import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureOwner } from '../../../shared/auth/ensure-owner.ts'
import { bootstrapAdmin, createVerifier } from '../../../shared/auth/verify.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ensureAdminUser } from '../../../shared/table/user-creation.ts'
import { type AuthHost, type Person, startAuthHost } from './support/auth-host.ts'

let host: AuthHost
let ada: Person
let grace: Person
let eve: Person
let count = 0
beforeAll(async () => {
  host = await startAuthHost({ registration: 'open' })
  ;[ada, grace, eve] = await Promise.all([host.person('Ada'), host.person('grace'), host.person('eve')])
})
afterAll(() => host.close())

const create = (by: Person, name: string) => host.ask('/api/v1/owners', { token: by.accessToken, json: { name } })
const newOrganisation = async (by = ada) => {
  const name = `org-${count++}`
  if ((await create(by, name)).status !== 201) throw new Error('no organisation')
  return name
}
const get = (by: Person, path: string) => host.ask(`/api/v1/owners/${path}`, { token: by.accessToken })
const set = (by: Person, owner: string, who: Person, role: string) =>
  host.ask(`/api/v1/owners/${owner}/members/${who.username}`, { method: 'PUT', token: by.accessToken, json: { role } })
const remove = (by: Person, path: string) =>
  host.ask(`/api/v1/owners/${path}`, { method: 'DELETE', token: by.accessToken })
const rolesOf = async (token: string) => (await createVerifier({ table: host.table, now: host.now })(token)).owners
const admins = async (owner: string) => {
  const { body } = await host.ask(`/api/v1/owners/${owner}/members`, { token: ada.accessToken })
  return body.items.filter(({ role }: { role: string }) => role === 'admin').length
}

describe('an organisation', () => {
  it('is made by any user, who is its admin, and is seen by its members only', async () => {
    const made = await create(ada, 'Initech')
    expect(made).toMatchObject({ status: 201, body: { name: 'Initech', kind: 'organisation', role: 'admin' } })
    expect((await get(ada, 'initech')).body).toMatchObject({ name: 'Initech', role: 'admin' })
    expect((await get(eve, 'initech')).body.error.code).toBe('owner_not_found')
    expect((await get(eve, 'initech')).body.error.message).toBe(
      (await get(eve, 'nothing')).body.error.message.replace('nothing', 'initech'),
    )
    expect((await get(eve, 'initech/members')).status).toBe(404)
    expect((await set(eve, 'initech', eve, 'admin')).status).toBe(404)
    expect((await remove(eve, 'initech')).status).toBe(404)
  })

  it('takes no name that a user, another organisation or the platform has, in any case', async () => {
    await create(ada, 'Hooli')
    for (const name of ['ada', 'GRACE', 'hooli']) expect((await create(eve, name)).body.error.code).toBe('name_taken')
    for (const name of ['api', 'Datasets', 'admin'])
      expect((await create(eve, name)).body.error.code).toBe('name_reserved')
    expect((await host.register('hooli')).body.error.code).toBe('name_taken')
    const parallel = await Promise.all(Array.from({ length: 20 }, () => create(eve, 'Race')))
    expect(parallel.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)])
  })

  it('gives its members roles, which count with the next request', async () => {
    const name = await newOrganisation()
    expect(await rolesOf(grace.accessToken)).not.toHaveProperty(name)
    expect((await set(ada, name, grace, 'read')).body).toMatchObject({ username: 'grace', role: 'read' })
    expect(await rolesOf(grace.accessToken)).toMatchObject({ [name]: 'read' })
    expect((await set(grace, name, eve, 'read')).body.error.code).toBe('forbidden')
    expect((await set(ada, name, grace, 'admin')).status).toBe(200)
    expect((await set(grace, name, eve, 'write')).status).toBe(200)
    expect((await get(eve, `${name}/members`)).body.items.map(({ role }: { role: string }) => role).toSorted()).toEqual(
      ['admin', 'admin', 'write'],
    )
    expect((await remove(grace, `${name}/members/eve`)).status).toBe(204)
    expect(await rolesOf(eve.accessToken)).not.toHaveProperty(name)
    expect((await remove(grace, `${name}/members/eve`)).body.error.code).toBe('member_not_found')
    expect(
      (
        await host.ask(`/api/v1/owners/${name}/members/nobody`, {
          method: 'PUT',
          token: ada.accessToken,
          json: { role: 'read' },
        })
      ).body.error.code,
    ).toBe('user_not_found')
  })

  it('is not handed on by a key that may only write', async () => {
    const name = await newOrganisation()
    const { body } = await host.ask('/api/v1/keys', { token: ada.accessToken, json: { name: 'k', scopes: ['write'] } })
    const path = `/api/v1/owners/${name}/members/eve`
    const asked = await host.ask(path, { method: 'PUT', token: body.token, json: { role: 'admin' } })
    expect(asked.body.error.code).toBe('missing_scope')
  })

  it('keeps an admin: the last one neither leaves nor steps down, not even two at once', async () => {
    const name = await newOrganisation()
    expect((await remove(ada, `${name}/members/Ada`)).body.error.code).toBe('last_admin')
    expect((await set(ada, name, ada, 'write')).body.error.code).toBe('last_admin')
    for (let round = 0; round < 5; round++) {
      await set(ada, name, grace, 'admin')
      const answers = await Promise.all([set(ada, name, grace, 'read'), set(grace, name, ada, 'read')])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(await admins(name)).toBe(1)
      if ((await get(ada, name)).body.role !== 'admin') await set(grace, name, ada, 'admin')
    }
    const left = await Promise.all([remove(grace, `${name}/members/grace`), remove(ada, `${name}/members/Ada`)])
    expect(left.map(({ status }) => status)).toContain(204)
    const [owner] = (await host.scan()).filter(({ pk, sk }) => pk === keys.owner(name).pk && sk === 'OWNER')
    const members = (await host.scan()).filter(({ pk, role }) => pk === keys.owner(name).pk && role === 'admin')
    expect(owner?.admins).toBe(members.length)
    expect(members.length).toBeGreaterThan(0)
  })

  it('counts its admins rightly while many change at once', async () => {
    const name = await newOrganisation()
    const roles = ['read', 'write', 'admin']
    await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        set(ada, name, index % 2 === 0 ? grace : eve, roles[index % 3] ?? 'read'),
      ),
    )
    const items = await host.scan()
    const owner = items.find(({ pk, sk }) => pk === keys.owner(name).pk && sk === 'OWNER')
    const members = items.filter(({ pk, sk }) => pk === keys.owner(name).pk && sk !== 'OWNER')
    expect(owner?.admins).toBe(members.filter(({ role }) => role === 'admin').length)
    for (const { userId, role } of members)
      expect(await host.table.get(keys.membership(String(userId), name))).toMatchObject({ role })
  })

  it('is deleted when it has nothing left, with every membership, and its name is free', async () => {
    const name = await newOrganisation()
    await Promise.all([set(ada, name, grace, 'write'), set(ada, name, eve, 'read')])
    // Of the last: who takes the name next would hold those bytes, and could name them without having had them.
    for (const what of ['repos', 'deployments', 'imports', 'storedBytes']) {
      await host.table.put({ ...keys.usage(name), [what]: 1 })
      expect((await remove(ada, name)).body.error.code).toBe('organisation_not_empty')
    }
    expect((await get(grace, name)).status).toBe(200)
    await host.table.put({ ...keys.usage(name), repos: 0, deployments: 0, storedBytes: 0 })
    expect((await remove(grace, name)).body.error.code).toBe('forbidden')
    expect((await remove(ada, name)).status).toBe(204)
    expect((await get(ada, name)).status).toBe(404)
    for (const { accessToken } of [ada, grace, eve]) expect(await rolesOf(accessToken)).not.toHaveProperty(name)
    expect((await create(eve, name)).status).toBe(201)
    expect(await rolesOf(grace.accessToken)).not.toHaveProperty(name)
  })

  it('that was broken off while it was deleted gets nothing new, and is gone on with', async () => {
    const name = await newOrganisation()
    await set(ada, name, grace, 'write')
    await host.table.update(keys.owner(name), {
      expression: 'SET deletedAt = :now',
      values: { ':now': host.now().toISOString() },
    })
    const principal = await createVerifier({ table: host.table, now: host.now })(grace.accessToken)
    await expect(ensureOwner({ table: host.table, principal, owner: name, now: host.now() })).rejects.toMatchObject({
      code: 'owner_not_found',
    })
    expect((await set(ada, name, eve, 'read')).status).toBe(404)
    expect((await remove(ada, name)).status).toBe(204)
    expect((await host.scan()).filter(({ pk }) => pk === keys.owner(name).pk)).toEqual([])
  })
})

describe('one’s owners', () => {
  it('are the personal one and then the organisations, page by page', async () => {
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

  it('include a namespace that has no members and stays as long as its user', async () => {
    expect((await get(ada, 'ada')).body).toMatchObject({ name: 'Ada', kind: 'user', role: 'admin' })
    expect((await remove(ada, 'ada')).body.error.code).toBe('not_an_organisation')
    expect((await set(ada, 'ada', eve, 'admin')).body.error.code).toBe('not_an_organisation')
    expect((await get(eve, 'ada')).status).toBe(404)
  })
})

describe('a namespace that nobody has', () => {
  const principalOf = (token: string) => createVerifier({ table: host.table, now: host.now })(token)
  const ensure = async (token: string, owner: string) =>
    ensureOwner({ table: host.table, principal: await principalOf(token), owner, now: host.now() })

  it('becomes an organisation when an admin of the platform writes into it, once for all who do so at once', async () => {
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

  it('is nobody else’s to write into, and a stranger is asked who it is', async () => {
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

  it('is none of the reserved names, except the admin’s own', async () => {
    const asAdmin = (owner: string) =>
      ensureOwner({ table: host.table, principal: bootstrapAdmin, owner, now: host.now() })
    await expect(asAdmin('datasets')).rejects.toMatchObject({ code: 'name_reserved' })
    expect(await asAdmin('admin')).toMatchObject({ name: 'admin', kind: 'user', userId: 'admin' })
  })
})

describe('the admin that a server makes for itself', () => {
  it('is made once, with its namespace and as the first user, and as often as one likes', async () => {
    const fresh = await startAuthHost({ hasAdminKey: false })
    const { table } = fresh
    await Promise.all(Array.from({ length: 5 }, () => ensureAdminUser({ table, now: fresh.now() })))
    expect((await fresh.scan()).map(({ pk }) => pk).toSorted()).toEqual(['FIRST#', 'OWNER#admin', 'USER#admin'])
    expect((await fresh.register('eve')).body.error.code).toBe('registration_closed')
    expect((await fresh.login('admin')).status).toBe(401)
    await fresh.close()
  })

  it('is made also where an earlier version left one without a name, or the bootstrap key’s namespace', async () => {
    const fresh = await startAuthHost()
    const { table } = fresh
    await table.put({ ...keys.user('admin'), id: 'admin', role: 'admin', createdAt: 'then' })
    await ensureAdminUser({ table, now: fresh.now() })
    expect(await table.get(keys.user('admin'))).toMatchObject({ username: 'admin' })
    await fresh.close()
    const second = await startAuthHost()
    await ensureOwner({ table: second.table, principal: bootstrapAdmin, owner: 'admin', now: second.now() })
    await ensureAdminUser({ table: second.table, now: second.now() })
    expect(await second.table.get(keys.user('admin'))).toMatchObject({ username: 'admin' })
    await second.close()
  })
})
