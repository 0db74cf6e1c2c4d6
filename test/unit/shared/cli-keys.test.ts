import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

const key = { id: 'key_1', name: 'ci', scopes: ['read', 'write'], createdAt: '2026-11-20T12:00:00.000Z', limit: 'acme' }

let asked: { method: string; path: string; body: unknown }[]
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (url: string, { method = '', body }: RequestInit) => {
    asked.push({ method, path: new URL(url).pathname, body: body && JSON.parse(String(body)) })
    if (method === 'DELETE') return new Response(null, { status: 204 })
    return Response.json(method === 'POST' ? { ...key, token: 'hf_new' } : { items: [key] })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('slipway keys', () => {
  it('lists keys without their secrets', async () => {
    const { code, out } = await cli('keys')
    expect(code).toBe(0)
    expect(out).toMatch(/^KEY +NAME +SCOPES +LIMIT +CREATED +LAST USED +EXPIRES$/m)
    expect(out).toMatch(/^key_1 +ci +read, write +acme +\d+ \w+ ago +never +-$/m)
    expect(JSON.parse((await cli('keys', '--json')).out)).toEqual([key])
  })

  it('creates a key, and prints nothing but the key to standard output', async () => {
    const options = ['--scope', 'read', '--scope', 'write', '--limit', 'acme', '--expires-in-days', '90']
    const { code, out, err } = await cli('keys', 'create', 'ci', ...options)
    expect({ code, out }).toEqual({ code: 0, out: 'hf_new\n' })
    expect(err).toContain('shown only once')
    expect(err).not.toContain('hf_new')
    const body = { name: 'ci', scopes: ['read', 'write'], limit: 'acme', expiresInDays: 90 }
    expect(asked).toEqual([{ method: 'POST', path: '/api/v1/keys', body }])
  })

  it('leaves options that are not given to the server', async () => {
    await cli('keys', 'create', 'ci')
    expect(asked[0]?.body).toEqual({ name: 'ci' })
  })

  it('revokes a key', async () => {
    expect(await cli('keys', 'revoke', 'key_1')).toMatchObject({ code: 0, out: 'key_1 is revoked\n' })
    expect(asked).toEqual([{ method: 'DELETE', path: '/api/v1/keys/key_1', body: undefined }])
    expect(JSON.parse((await cli('keys', 'revoke', 'key_1', '--json')).out)).toEqual({ id: 'key_1', revoked: true })
  })

  it.each([
    [['create'], 'a name for it'],
    [['revoke'], 'the id of a key'],
    [['list'], '"slipway keys" alone lists them'],
    [['drop', 'key_1'], 'there is no "keys drop"; there are create, revoke'],
    [['--scope', 'read'], '--scope goes with create'],
    [['create', 'ci', '--expires-in-days', 'soon'], 'is not a number'],
  ])('sends nothing if it is used wrongly: %j', async (parameters, said) => {
    expect(await cli('keys', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(said) })
    expect(asked).toEqual([])
  })
})
