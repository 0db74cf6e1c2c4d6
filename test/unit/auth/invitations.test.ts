import { beforeAll, describe, expect, it } from 'vitest'
import { codes, type Person } from './support/auth-host.ts'
import { host, useAuthHost } from './support/use-auth-host.ts'

useAuthHost({ hasAdminKey: false, registration: 'invitation' })

let admin: Person
beforeAll(async () => {
  admin = await host.person('host-admin')
})

describe('registration by invitation', () => {
  const invite = async (json: object = {}) =>
    (await host.ask('/api/v1/invitations', { token: admin.accessToken, json })).body

  it('needs an invitation, which creates one account even if twenty use it at once', async () => {
    expect((await host.register('nobody')).body.error.code).toBe('invitation_needed')
    expect((await host.register('nobody', { invitation: 'in_guessed' })).body.error.code).toBe('invitation_invalid')
    const { token } = await invite()
    const all = Array.from({ length: 20 }, (_, index) => host.register(`guest${index}`, { invitation: token }))
    expect(codes(await Promise.all(all))).toEqual([201, ...Array(19).fill('invitation_invalid')])
    const { body } = await host.ask('/api/v1/invitations', { token: admin.accessToken })
    expect(body.items[0].usedBy).toMatch(/^user_/)
    expect(JSON.stringify(await host.scan())).not.toContain(token)
  })

  it('is limited to the invited e-mail address, until the invitation expires or is revoked', async () => {
    const { token } = await invite({ email: 'Guest@example.com', role: 'admin', expiresInDays: 1 })
    const use = (email: string, invitation = token) => host.register('late-guest', { email, invitation })
    expect((await use('other@example.com')).body.error.code).toBe('invitation_invalid')
    host.clock.ms += 86_400_000
    expect((await use('guest@example.com')).body.error.code).toBe('invitation_invalid')
    const second = await invite()
    admin = { ...admin, accessToken: (await host.login('host-admin')).body.accessToken }
    const back = await invite()
    const path = `/api/v1/invitations/${back.id}`
    expect((await host.ask(path, { method: 'DELETE', token: admin.accessToken })).status).toBe(204)
    expect((await host.ask(path, { method: 'DELETE', token: admin.accessToken })).status).toBe(404)
    expect((await use('guest@example.com', back.token)).status).toBe(403)
    expect(second.error?.code, 'an access token lives ten minutes').toBe('invalid_token')
  })

  it('is offered by admins only, who can also create accounts directly', async () => {
    const member = await host.person('made-by-admin', admin.accessToken)
    expect((await host.ask('/api/v1/invitations', { token: member.accessToken, json: {} })).status).toBe(403)
    expect((await host.ask('/api/v1/me', { token: member.accessToken })).body.role).toBe('member')
    expect((await host.register('by-member', {}, member.accessToken)).body.error.code).toBe('admin_only')
  })
})
