import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cli, cliReading } from './support/run-cli.ts'

const at = '2026-11-20T12:00:00.000Z'
const ada = { id: 'user_1', username: 'ada', email: 'ada@example.com', role: 'member', createdAt: at }
const eve = { id: 'user_2', username: 'eve', role: 'admin', createdAt: at, disabledAt: at }
const inAcme = { username: 'ada', role: 'write', addedAt: at }
const invitation = {
  id: 'inv_1',
  email: 'ada@example.com',
  role: 'member',
  createdAt: at,
  validUntil: '2020-01-01T00:00:00.000Z',
}

let asked: { method: string; path: string; body?: unknown }[]
let refusal: Response | undefined
beforeEach(() => {
  asked = []
  refusal = undefined
  vi.stubGlobal('fetch', async (url: string, { method = '', body }: RequestInit) => {
    const { pathname: path, searchParams } = new URL(url)
    if (method !== 'GET') asked.push({ method, path, ...(body != null && { body: JSON.parse(String(body)) }) })
    if (method !== 'GET' && refusal !== undefined) return refusal
    if (method === 'DELETE') return new Response(null, { status: 204 })
    if (path.endsWith('/users'))
      return Response.json(searchParams.has('cursor') ? { items: [eve] } : { items: [ada], cursor: 'next' })
    if (path.endsWith('/members')) return Response.json({ items: path.includes('acme') ? [inAcme] : [] })
    if (path.includes('/members/')) return Response.json({ ...inAcme, ...JSON.parse(String(body)) })
    if (path.endsWith('/invitations'))
      return Response.json(method === 'GET' ? { items: [invitation] } : { ...invitation, token: 'in_secret' })
    return Response.json(ada)
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('slipway users', () => {
  it('lists the users of every page', async () => {
    const { code, out } = await cli('users')
    expect(code).toBe(0)
    expect(out).toMatch(/^ada +ada@example.com +member +\d+ \w+ ago$/m)
    expect(out).toMatch(/^eve +- +admin +\d+ \w+ ago +disabled \d+ \w+ ago$/m)
    expect(JSON.parse((await cli('users', '--json')).out)).toEqual([ada, eve])
  })

  it('creates a user with a generated password, and prints only the password to standard output', async () => {
    const { code, out, err } = await cli('users', 'add', 'ada', '--email', 'ada@example.com')
    const [{ path, body }] = asked as unknown as [{ path: string; body: { password: string } }]
    expect({ code, path }).toEqual({ code: 0, path: '/api/v1/auth/register' })
    expect(body).toEqual({ username: 'ada', email: 'ada@example.com', password: expect.stringMatching(/^\S{24}$/) })
    expect(out).toBe(`${body.password}\n`)
    expect(err).toBe('ada is created. The password is shown only once.\n')
    const again = JSON.parse((await cli('users', 'add', 'ada', '--email', 'ada@example.com', '--json')).out)
    expect(again).toEqual({ ...ada, password: (asked[1] as { body: { password: string } }).body.password })
    expect(again.password).not.toBe(body.password)
  })

  it('takes a password from standard input, and never prints it', async () => {
    const options = ['--email', 'ada@example.com', '--password-stdin']
    const { out, err } = await cliReading('a long enough password\n', 'users', 'add', 'ada', ...options)
    expect(asked).toMatchObject([{ body: { password: 'a long enough password' } }])
    expect({ out, err }).toEqual({ out: 'ada is created\n', err: '' })
    expect(await cli('users', 'add', 'ada', ...options)).toMatchObject({ code: 2 })
  })

  it.each([
    [['role', 'EVE', 'member'], 'user_2', { role: 'member' }],
    [['disable', 'ada'], 'user_1', { disabled: true }],
    [['enable', 'eve'], 'user_2', { disabled: false }],
  ])('changes the user of that name, on any page: %j', async (parameters, id, body) => {
    expect((await cli('users', ...parameters)).code).toBe(0)
    expect(asked).toEqual([{ method: 'PATCH', path: `/api/v1/auth/users/${id}`, body }])
  })

  it('says how to enable a disabled user again', async () => {
    const { out, err } = await cli('users', 'disable', 'ada')
    expect({ out, err }).toEqual({ out: 'ada is disabled\n', err: 'to let ada in again: slipway users enable ada\n' })
  })

  it('gives a user a new password', async () => {
    const { out } = await cli('users', 'password', 'ada')
    expect(asked).toEqual([{ method: 'PATCH', path: '/api/v1/auth/users/user_1', body: { newPassword: out.trim() } }])
  })

  it.each([
    [['disable', 'bob'], 1, 'there is no user "bob". List them: slipway users'],
    [['add', 'ada'], 2, '--email is missing'],
    [['role', 'ada', 'boss'], 2, 'an admin or a member'],
    [['role', 'ada'], 2, 'a parameter is missing: admin or member'],
    [['disable', 'ada', '--email', 'x@y.z'], 2, '--email does not go with "users disable"'],
    [['remove', 'ada'], 2, 'there is no "users remove"; there are add, role, disable, enable, password'],
  ])('changes nothing with %j', async (parameters, code, message) => {
    expect(await cli('users', ...parameters)).toMatchObject({ code, err: expect.stringContaining(message) })
    expect(asked).toEqual([])
  })
})

describe('slipway members', () => {
  it('lists the members of an organisation', async () => {
    expect((await cli('members', 'acme')).out).toMatch(/^ada +write +\d+ \w+ ago$/m)
    expect(JSON.parse((await cli('members', 'acme', '--json')).out)).toEqual([inAcme])
    expect((await cli('members', 'lab')).err).toMatch(
      /^Nobody is a member of "lab";.*: slipway members add lab USER\n$/,
    )
  })

  it.each([
    [['add', 'acme', 'ada'], 'read'],
    [['add', 'acme', 'ada', '--role', 'write'], 'write'],
    [['role', 'acme', 'ada', 'admin'], 'admin'],
  ])('gives a user a role: %j', async (parameters, role) => {
    expect(await cli('members', ...parameters)).toMatchObject({ code: 0, out: `ada has the role ${role} in acme\n` })
    expect(asked).toEqual([{ method: 'PUT', path: '/api/v1/owners/acme/members/ada', body: { role } }])
  })

  it('removes a member', async () => {
    expect(await cli('members', 'remove', 'acme', 'ada')).toMatchObject({ out: 'ada is no longer in acme\n' })
    expect(asked).toEqual([{ method: 'DELETE', path: '/api/v1/owners/acme/members/ada' }])
  })

  it.each([
    [[], 'a parameter is missing'],
    [['add'], 'a parameter is missing: the name of an organisation'],
    [['add', 'acme'], 'a parameter is missing: the name of a user'],
    [['add', 'acme', 'ada', '--role', 'boss'], '"boss" is no role: a member may read, write, admin'],
    [['acme', 'ada'], 'there is no "members acme"; there are add, role, remove'],
    [['remove', 'acme', 'ada', '--role', 'read'], '--role does not go with "members remove"'],
  ])('changes nothing with %j', async (parameters, message) => {
    expect(await cli('members', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(asked).toEqual([])
  })
})

describe('slipway invite', () => {
  it('lists invitations without their secrets', async () => {
    const { out } = await cli('invite')
    expect(out).toMatch(/^INVITATION +E-MAIL +ROLE +CREATED +EXPIRES$/m)
    expect(out).toMatch(/^inv_1 +ada@example.com +member +\d+ \w+ ago +expired 2020/m)
  })

  it.each([
    [['ada@example.com', '--role', 'admin'], { email: 'ada@example.com', role: 'admin' }],
    [['create', '--expires-in-days', '1'], { expiresInDays: 1 }],
  ])('creates an invitation, and prints nothing but its token to standard output: %j', async (parameters, body) => {
    const { code, out, err } = await cli('invite', ...parameters)
    expect({ code, out }).toEqual({ code: 0, out: 'in_secret\n' })
    expect(err).toContain('shown only once')
    expect(err).not.toContain('in_secret')
    expect(asked).toEqual([{ method: 'POST', path: '/api/v1/invitations', body }])
  })

  it('revokes an invitation', async () => {
    expect(await cli('invite', 'revoke', 'inv_1')).toMatchObject({ out: 'inv_1 is taken back\n' })
    expect(asked).toEqual([{ method: 'DELETE', path: '/api/v1/invitations/inv_1' }])
  })

  it('says how to create accounts on a server where registration is closed', async () => {
    const error = { code: 'invitations_closed', message: 'Registration is closed.' }
    refusal = Response.json({ error }, { status: 409 })
    const { code, err } = await cli('invite', 'ada@example.com')
    expect(code).toBe(1)
    expect(err).toBe('slipway: Registration is closed. To create it: slipway users add NAME --email ada@example.com\n')
  })

  it.each([
    [['ada'], 'there is no "invite ada"; there are create, revoke'],
    [['ada@example.com', '--role', 'boss'], '--role is admin or member'],
    [['revoke'], 'the id of an invitation'],
    [['--role', 'admin'], '--role does not go with "invite"'],
  ])('creates nothing with %j', async (parameters, message) => {
    expect(await cli('invite', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(asked).toEqual([])
  })
})
