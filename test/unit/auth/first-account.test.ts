import { describe, expect, it } from 'vitest'
import { ensureOwner } from '../../../shared/auth/ensure-owner.ts'
import { hashToken } from '../../../shared/auth/token.ts'
import { bootstrapAdmin } from '../../../shared/auth/verify.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ensureAdminUser } from '../../../shared/table/user-creation.ts'
import { codes, startAuthHost } from './support/auth-host.ts'

describe('the first account', () => {
  it('becomes the admin: exactly one of twenty that register at once', async () => {
    const host = await startAuthHost({ hasAdminKey: false })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => host.register(`first${index}`)))
    expect(codes(answers)).toEqual([201, ...Array(19).fill('registration_closed')])
    expect(answers.find(({ status }) => status === 201)?.body.role).toBe('admin')
    const users = (await host.scan()).filter(({ sk }) => sk === 'USER')
    expect(users).toHaveLength(1)
    await host.close()
  })

  it('is the only admin if registration is open', async () => {
    const host = await startAuthHost({ hasAdminKey: false, registration: 'open' })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => host.register(`first${index}`)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201))
    expect(answers.filter(({ body }) => body.role === 'admin')).toHaveLength(1)
    await host.close()
  })

  it('cannot be registered by strangers if the deployment has an admin key', async () => {
    const host = await startAuthHost()
    expect((await host.register('stranger')).body.error.code).toBe('registration_closed')
    // Only the attempt is recorded.
    expect((await host.scan()).map(({ pk }) => String(pk).split('#')[0])).toEqual(['AUDIT'])
    await host.close()
  })

  it('cannot be followed by invitations while registration is closed, and the error says how to create accounts', async () => {
    const host = await startAuthHost({ hasAdminKey: false })
    const admin = await host.person('ada')
    const { status, body } = await host.ask('/api/v1/invitations', { token: admin.accessToken, json: {} })
    expect([status, body.error.code]).toEqual([409, 'invitations_closed'])
    expect(body.error.message).toMatch(/Create the account yourself.*SLIPWAY_REGISTRATION=invitation/)
    await host.close()
  })

  it('is created only once', async () => {
    const host = await startAuthHost({ hasAdminKey: false })
    await host.person('ada')
    expect((await host.register('eve')).body.error.code).toBe('registration_closed')
    await host.close()
  })
})

describe('the admin key of a deployment', () => {
  it('creates accounts and keys for the admin, who is then a user like any other', async () => {
    const token = `hf_${'a'.repeat(64)}`
    const host = await startAuthHost({ adminKeySha256: hashToken(token) })
    expect((await host.ask('/api/v1/me', { token })).body).toMatchObject({ username: 'admin', role: 'admin' })
    expect((await host.register('ada', {}, token)).status).toBe(201)
    const made = await host.ask('/api/v1/keys', { token, json: { name: 'second', scopes: ['admin'] } })
    expect(made.status).toBe(201)
    expect((await host.ask('/api/v1/me', { token: made.body.token })).body).toMatchObject({ username: 'admin' })
    await host.close()
  })
})

describe('the admin that a server creates for itself', () => {
  it('is created once with its namespace, however often this is tried', async () => {
    const fresh = await startAuthHost({ hasAdminKey: false })
    const { table } = fresh
    await Promise.all(Array.from({ length: 5 }, () => ensureAdminUser({ table, now: fresh.now() })))
    expect((await fresh.scan()).map(({ pk }) => pk).toSorted()).toEqual(['FIRST#', 'OWNER#admin', 'USER#admin'])
    expect((await fresh.register('eve')).body.error.code).toBe('registration_closed')
    expect((await fresh.login('admin')).status).toBe(401)
    await fresh.close()
  })

  it('is completed if an earlier version left it without a name or namespace', async () => {
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
