import { beforeAll, describe, expect, it } from 'vitest'
import { ensureOrganisation } from '../../../shared/table/owners.ts'
import { codes, type Person, password } from './support/auth-host.ts'
import { host, useAuthHost } from './support/use-auth-host.ts'

useAuthHost({ hasAdminKey: false, registration: 'open' })

let admin: Person
beforeAll(async () => {
  admin = await host.person('root-user')
})

describe('accounts', () => {
  it('are created once if an e-mail address registers twenty times at once', async () => {
    const registrations = Array.from({ length: 20 }, (_, index) =>
      host.register(`one${index}`, { email: 'One@example.com' }),
    )
    expect(codes(await Promise.all(registrations))).toEqual([201, ...Array(19).fill('email_taken')])
    const left = (await host.scan()).filter(({ pk }) => /^(?:OWNER|PASSWORD)#(?:one|user)/.test(String(pk)))
    expect(left.filter(({ sk }) => sk === 'OWNER')).toHaveLength(1)
  })

  it('can be given a restored namespace by an admin, but no other existing name', async () => {
    const { accessToken: token } = admin
    for (const createdBy of ['fsck', 'drop'])
      await ensureOrganisation(host.table, { name: `of-${createdBy}`, createdBy, now: host.now() })
    expect(codes([await host.register('of-fsck'), await host.register('of-drop', {}, token)])).toEqual([
      'name_taken',
      'name_taken',
    ])
    expect(codes([await host.register('of-fsck', {}, token)])).toEqual([201])
    expect(codes([await host.register('of-fsck', { email: 'other@example.com' }, token)])).toEqual(['name_taken'])
  })

  it('are unique by name, whatever its case', async () => {
    const names = ['Grace', 'grace', 'GRACE', 'gRACE']
    const answers = await Promise.all(
      names.map((name, index) => host.register(name, { email: `g${index}@example.com` })),
    )
    expect(codes(answers)).toEqual([201, 'name_taken', 'name_taken', 'name_taken'])
  })

  it('cannot take a name that is reserved or invalid', async () => {
    for (const name of ['api', 'Admin', 'datasets', 'v1', '.well-known'])
      expect((await host.register(name)).status, name).toBe(400)
    for (const name of ['', 'a/b', '../x', 'a--b', 'ü', 'a b', 'x'.repeat(97), 'a\u202Eb'])
      expect((await host.register(name, { email: 'name@example.com' })).status, name).toBe(400)
    expect((await host.register('fine', { email: 'name@example.com' })).status).toBe(201)
  })

  it('cannot have a password that is short, easy to guess, or not text', async () => {
    const bad = ['short', 'weak-user@example.com', 'aaaaaaaaaaaaaaa', 'x'.repeat(257), '\ud800'.repeat(12), 1234567890]
    for (const given of bad)
      expect((await host.register('weak-user', { password: given })).status, String(given)).toBe(400)
    expect((await host.register('weak-user', { password, surprise: true })).status).toBe(400)
  })

  it('log in by name or e-mail address in any case', async () => {
    await host.register('Barbara', { email: 'barbara@Example.com' })
    for (const login of ['Barbara', 'barbara', 'BARBARA@example.COM']) {
      const { status, body } = await host.login(login)
      expect(status, login).toBe(200)
      const me = await host.ask('/api/v1/me', { token: body.accessToken })
      expect(me.body).toMatchObject({ username: 'Barbara', role: 'member', scopes: ['admin'], organisations: [] })
    }
  })

  it('store no password and no other secret in the table or the log', async () => {
    const { accessToken, refreshToken } = await host.person('secretive')
    const key = await host.ask('/api/v1/keys', { token: accessToken, json: { name: 'k', scopes: ['read'] } })
    // In place of the id of a key.
    const mistaken = { token: accessToken, method: 'DELETE' }
    for (const secret of [key.body.token, accessToken]) await host.ask(`/api/v1/keys/${secret}`, mistaken)
    const stored = JSON.stringify(await host.scan())
    for (const secret of [password, accessToken, refreshToken, key.body.token]) {
      expect(stored).not.toContain(secret)
      expect(host.lines.join()).not.toContain(secret)
    }
    expect(host.lines.length).toBeGreaterThan(0)
  })

  it('are listed, disabled and given roles by platform admins only', async () => {
    const ada = await host.person('ada')
    expect((await host.ask('/api/v1/auth/users', { token: ada.accessToken })).body.error.code).toBe('admin_only')
    const change = (token: string, id: string, json: object) =>
      host.ask(`/api/v1/auth/users/${id}`, { method: 'PATCH', token, json })
    expect((await change(ada.accessToken, ada.id, { role: 'admin' })).status).toBe(403)
    const listed = await host.ask('/api/v1/auth/users?limit=100', { token: admin.accessToken })
    expect(listed.body.items.map(({ username }: Person) => username)).toContain('ada')
    expect(JSON.stringify(listed.body)).not.toContain('argon2')

    expect((await change(admin.accessToken, ada.id, { disabled: true })).body.disabledAt).toBeDefined()
    expect((await host.ask('/api/v1/me', { token: ada.accessToken })).status).toBe(401)
    expect((await host.login('ada')).body.error.code).toBe('account_disabled')
    expect((await host.login('ada', 'a wrong password')).body.error.code).toBe('wrong_credentials')
    expect((await change(admin.accessToken, ada.id, { disabled: false })).body.disabledAt).toBeUndefined()
    expect((await host.ask('/api/v1/me', { token: ada.accessToken })).status, 'an old session stays over').toBe(401)
    host.clock.ms += 1
    const { body } = await host.login('ada')
    expect((await change(admin.accessToken, ada.id, { role: 'admin' })).body.role).toBe('admin')
    expect((await host.ask('/api/v1/auth/users', { token: body.accessToken })).status).toBe(200)
    expect((await change(admin.accessToken, ada.id, { role: 'member' })).status).toBe(200)
    expect((await host.ask('/api/v1/auth/users', { token: body.accessToken })).status).toBe(403)
    expect((await change(admin.accessToken, `user_${'0'.repeat(24)}`, { disabled: true })).status).toBe(404)
    expect((await change(admin.accessToken, ada.id, {})).status).toBe(400)
  })

  it('keep a last admin, who cannot step down, even if two demote each other at once', async () => {
    const second = await host.person('second-admin')
    const change = (by: Person, of: Person, json: object) =>
      host.ask(`/api/v1/auth/users/${of.id}`, { method: 'PATCH', token: by.accessToken, json })
    expect((await change(admin, admin, { disabled: true })).body.error.code).toBe('own_account')
    for (let round = 0; round < 5; round++) {
      expect((await change(admin, second, { role: 'admin' })).status).toBe(200)
      const answers = await Promise.all([
        change(admin, second, { role: 'member' }),
        change(second, admin, { role: 'member' }),
      ])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403])
      if (answers[1]?.status === 200) await change(second, admin, { role: 'admin' })
    }
  })

  it('change their password with the current one, which ends every session', async () => {
    const { accessToken, refreshToken } = await host.person('changer')
    const change = (currentPassword: string, newPassword: string) =>
      host.ask('/api/v1/auth/password', { token: accessToken, json: { currentPassword, newPassword } })
    expect((await change('a wrong password', 'another long one')).body.error.code).toBe('wrong_password')
    host.clock.ms += 1
    expect((await change(password, 'another long one')).status).toBe(204)
    expect((await host.ask('/api/v1/me', { token: accessToken })).status).toBe(401)
    expect((await host.ask('/api/v1/auth/refresh', { json: { refreshToken } })).status).toBe(401)
    expect((await host.login('changer')).status).toBe(401)
    host.clock.ms += 1
    expect((await host.login('changer', 'another long one')).status).toBe(200)
  })

  it('get a new password from an admin', async () => {
    const ada = await host.person('forgetful')
    host.clock.ms += 1
    const json = { newPassword: 'the third long one' }
    const path = `/api/v1/auth/users/${ada.id}`
    expect((await host.ask(path, { method: 'PATCH', token: admin.accessToken, json })).status).toBe(200)
    expect((await host.ask('/api/v1/me', { token: ada.accessToken })).status).toBe(401)
    host.clock.ms += 1
    expect((await host.login('forgetful', 'the third long one')).status).toBe(200)
  })
})
