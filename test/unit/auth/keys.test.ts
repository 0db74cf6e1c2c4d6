import { beforeAll, describe, expect, it } from 'vitest'
import { createVerifier } from '../../../shared/auth/verify.ts'
import { keys } from '../../../shared/table/keys.ts'
import { eventually } from '../../support/eventually.ts'
import type { Person } from './support/auth-host.ts'
import { host, me, useAuthHost } from './support/use-auth-host.ts'

useAuthHost()

let ada: Person
let eve: Person
const repoId = '0'.repeat(24)

beforeAll(async () => {
  ada = await host.person('ada')
  eve = await host.person('eve')
  await host.ask('/api/v1/owners', { token: ada.accessToken, json: { name: 'Acme' } })
  for (const [kind, name] of [
    ['model', 'acme/one'],
    ['dataset', 'acme/data'],
    ['model', 'eve/hers'],
  ] as const)
    await host.table.put({ ...keys.repoName(kind, name), repoId: name === 'acme/one' ? repoId : 'f'.repeat(24) })
  await host.table.put({ ...keys.repoName('model', 'acme/before'), repoId, redirectedAt: 'then' })
})

const make = (token: string, json: object) => host.ask('/api/v1/keys', { token, json: { name: 'key', ...json } })
const revoke = (token: string, id: string) => host.ask(`/api/v1/keys/${id}`, { method: 'DELETE', token })

describe('an API key', () => {
  it('is shown once, works, and is refused from the next request after it is revoked', async () => {
    const { status, body } = await make(ada.accessToken, { scopes: ['read', 'infer'] })
    expect(status).toBe(201)
    expect(body.token).toMatch(/^hf_[0-9a-f]{64}$/)
    expect((await me(body.token)).body).toMatchObject({ username: 'ada', scopes: ['read', 'infer'], keyId: body.id })
    const listed = await host.ask('/api/v1/keys', { token: ada.accessToken })
    expect(JSON.stringify(listed.body)).not.toContain(body.token)
    expect(await revoke(ada.accessToken, body.id)).toMatchObject({ status: 204 })
    expect((await me(body.token)).body.error.code).toBe('invalid_token')
    expect(await revoke(ada.accessToken, body.id), 'again').toMatchObject({ status: 204 })
    const [after] = (await host.ask('/api/v1/keys?limit=1', { token: ada.accessToken })).body.items
    expect(after).toMatchObject({ id: body.id, revokedAt: host.now().toISOString() })
  })

  it('may be sent as X-API-Key', async () => {
    const { body } = await make(ada.accessToken, { scopes: ['read'] })
    const answer = await host.app.request('/api/v1/me', { headers: { 'x-api-key': body.token } })
    expect(answer.status).toBe(200)
  })

  it('expires', async () => {
    const { body } = await make(ada.accessToken, { scopes: ['read'], expiresInDays: 1 })
    host.clock.ms += 86_400_000 - 1
    expect((await me(body.token)).status).toBe(200)
    host.clock.ms += 1
    expect((await me(body.token)).status).toBe(401)
    ada = { ...ada, ...(await host.login('ada')).body }
    eve = { ...eve, ...(await host.login('eve')).body }
  })

  it('cannot exceed the key that creates it, in scopes, limit or lifetime', async () => {
    const admin = (await make(ada.accessToken, { scopes: ['admin'], expiresInDays: 10 })).body.token
    const refused = await make(admin, { scopes: ['read'], expiresInDays: 11 })
    expect(refused.body.error.code).toBe('key_outlives_maker')
    const within = await make(admin, { scopes: ['read'] })
    expect(within.body.validUntil).toBe(new Date(host.clock.ms + 10 * 86_400_000).toISOString())
    const reader = (await make(ada.accessToken, { scopes: ['read', 'write', 'infer'] })).body.token
    expect((await make(reader, { scopes: ['read'] })).body.error.code).toBe('missing_scope')

    const ofAcme = (await make(ada.accessToken, { scopes: ['admin'], limit: 'acme' })).body.token
    expect((await make(ofAcme, { scopes: ['read'] })).body.error.code).toBe('beyond_limit')
    expect((await make(ofAcme, { scopes: ['read'], limit: 'ada' })).body.error.code).toBe('beyond_limit')
    expect((await make(ofAcme, { scopes: ['read'], limit: 'ACME' })).body.limit).toBe('Acme')
    const ofOne = await make(ofAcme, { scopes: ['admin'], limit: 'acme/one' })
    expect(ofOne.body.limit).toBe('acme/one')
    expect((await make(ofOne.body.token, { scopes: ['read'], limit: 'acme' })).body.error.code).toBe('beyond_limit')
    expect((await make(ofOne.body.token, { scopes: ['read'], limit: 'datasets/acme/data' })).status).toBe(403)
    expect((await make(ofOne.body.token, { scopes: ['read'], limit: 'Acme/One' })).status).toBe(201)
  })

  it('is limited to an owner or repo that its user has now', async () => {
    for (const limit of ['eve', 'eve/hers', 'nobody', 'acme/none', 'acme/before', 'acme/data'])
      expect((await make(ada.accessToken, { scopes: ['read'], limit })).status, limit).toBe(404)
    for (const limit of ['', '/', 'a/b/c', 'acme/../x', 'datasets/', 'models/acme/one/x'])
      expect((await make(ada.accessToken, { scopes: ['read'], limit })).status, limit).toBe(400)
    const principal = async (limit: string) => {
      const { body } = await make(ada.accessToken, { scopes: ['read'], limit })
      return createVerifier({ table: host.table, now: host.now })(body.token)
    }
    expect((await principal('acme')).limit).toEqual({ owner: 'Acme' })
    expect((await principal('acme/one')).limit).toMatchObject({ repoId })
    expect((await principal('datasets/acme/data')).limit).toMatchObject({ repoId: 'f'.repeat(24) })
  })

  it("for one owner cannot change its user's account", async () => {
    const { body } = await make(ada.accessToken, { scopes: ['admin'], limit: 'acme' })
    const other = (await make(ada.accessToken, { scopes: ['read'] })).body.id
    const asked = await Promise.all([
      host.ask('/api/v1/keys', { token: body.token }),
      revoke(body.token, other),
      host.ask('/api/v1/owners', { token: body.token, json: { name: 'another' } }),
      host.ask('/api/v1/owners', { token: body.token }),
      host.ask('/api/v1/auth/password', {
        token: body.token,
        json: { currentPassword: 'x', newPassword: 'long enough to be' },
      }),
    ])
    expect(asked.map((answer) => answer.body.error?.code)).toEqual(Array(5).fill('limited_key'))
    expect((await host.ask('/api/v1/owners/ada', { token: body.token })).status).toBe(404)
    expect((await host.ask('/api/v1/owners/acme', { token: body.token })).status).toBe(200)
    expect((await me(body.token)).body).toMatchObject({ limit: 'Acme' })
  })

  it('cannot be seen or revoked by another user', async () => {
    const { body } = await make(ada.accessToken, { scopes: ['read'] })
    expect((await revoke(eve.accessToken, body.id)).status).toBe(404)
    expect((await me(body.token)).status).toBe(200)
    const listed = (await host.ask('/api/v1/keys?limit=100', { token: eve.accessToken })).body.items
    expect(listed.map(({ id }: { id: string }) => id)).not.toContain(body.id)
  })

  it('shows when it was last used, written at most once a minute by all processes together', async () => {
    host.clock.ms += 1
    const { body } = await make(ada.accessToken, { scopes: ['read'] })
    const writes: unknown[] = []
    const table = {
      ...host.table,
      update: async (...given: Parameters<typeof host.table.update>) => {
        await host.table.update(...given)
        writes.push(given)
      },
    }
    const processes = Array.from({ length: 4 }, () => createVerifier({ table, now: host.now }))
    const lastUsed = async () =>
      (await host.ask('/api/v1/keys?limit=1', { token: ada.accessToken })).body.items[0].lastUsedAt
    expect(await lastUsed()).toBeUndefined()
    for (let round = 0; round < 5; round++) await Promise.all(processes.map((verify) => verify(body.token)))
    expect(await eventually(lastUsed, (at) => at !== undefined)).toBe(host.now().toISOString())
    expect(writes).toHaveLength(1)
    host.clock.ms += 59_999
    for (const verify of processes) await verify(body.token)
    host.clock.ms += 1
    for (const verify of processes) await verify(body.token)
    await eventually(lastUsed, (at) => at === host.now().toISOString())
    expect(writes).toHaveLength(2)
  })

  it('works if its last use cannot be written', async () => {
    const { body } = await make(ada.accessToken, { scopes: ['read'] })
    const table = { ...host.table, update: () => Promise.reject(new Error('throttled')) }
    expect((await createVerifier({ table, now: host.now })(body.token)).username).toBe('ada')
  })

  it('is listed once, newest first, in pages', async () => {
    const made: string[] = []
    for (let count = 0; count < 7; count++) {
      host.clock.ms += 1
      made.unshift((await make(eve.accessToken, { scopes: ['read'] })).body.id)
    }
    const listed: string[] = []
    let cursor: string | undefined
    do {
      const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { body } = await host.ask(`/api/v1/keys?limit=3${query}`, { token: eve.accessToken })
      listed.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.cursor
    } while (cursor !== undefined)
    expect(listed).toEqual(made)
    const { body } = await host.ask('/api/v1/keys?limit=1', { token: eve.accessToken })
    const stolen = await host.ask(`/api/v1/keys?cursor=${body.cursor}`, { token: ada.accessToken })
    expect(stolen.status, 'the cursor of another user').toBe(400)
  })
})
