import { describe, expect, it } from 'vitest'
import { ensureOwner } from '../../../shared/auth/ensure-owner.ts'
import { createVerifier } from '../../../shared/auth/verify.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ada, create, eve, get, grace, newOrganisation, remove, set, usePeople } from './support/organisations.ts'
import { host } from './support/use-auth-host.ts'

usePeople()

const rolesOf = async (token: string) => (await createVerifier({ table: host.table, now: host.now })(token)).owners
const admins = async (owner: string) => {
  const { body } = await host.ask(`/api/v1/owners/${owner}/members`, { token: ada.accessToken })
  return body.items.filter(({ role }: { role: string }) => role === 'admin').length
}

describe('an organisation', () => {
  it('can be created by any user, who becomes its admin, and is visible to members only', async () => {
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

  it('cannot take the name of a user, another organisation or the platform, in any case', async () => {
    await create(ada, 'Hooli')
    for (const name of ['ada', 'GRACE', 'hooli']) expect((await create(eve, name)).body.error.code).toBe('name_taken')
    for (const name of ['api', 'Datasets', 'admin'])
      expect((await create(eve, name)).body.error.code).toBe('name_reserved')
    expect((await host.register('hooli')).body.error.code).toBe('name_taken')
    const parallel = await Promise.all(Array.from({ length: 20 }, () => create(eve, 'Race')))
    expect(parallel.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)])
  })

  it('gives its members roles, which apply from the next request', async () => {
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

  it('cannot be shared by a key with only the write scope', async () => {
    const name = await newOrganisation()
    const { body } = await host.ask('/api/v1/keys', { token: ada.accessToken, json: { name: 'k', scopes: ['write'] } })
    const path = `/api/v1/owners/${name}/members/eve`
    const asked = await host.ask(path, { method: 'PUT', token: body.token, json: { role: 'admin' } })
    expect(asked.body.error.code).toBe('missing_scope')
  })

  it('always keeps an admin, even if two step down at once', async () => {
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

  it('counts its admins correctly during simultaneous changes', async () => {
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

  it('is deleted only when empty, with all memberships, and frees its name', async () => {
    const name = await newOrganisation()
    await Promise.all([set(ada, name, grace, 'write'), set(ada, name, eve, 'read')])
    // The next owner of the name would hold the stored bytes, and could reference blobs without having uploaded them.
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

  it('whose deletion was interrupted is not found, accepts nothing new, and can be deleted again', async () => {
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
    for (const path of [name, `${name}/members`]) expect((await get(ada, path)).status).toBe(404)
    expect((await set(ada, name, eve, 'read')).status).toBe(404)
    expect((await remove(ada, name)).status).toBe(204)
    expect((await host.scan()).filter(({ pk }) => pk === keys.owner(name).pk)).toEqual([])
  })
})
