import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

const owners = [
  { name: 'ada', kind: 'user', role: 'admin' },
  { name: 'acme', kind: 'organisation', role: 'read' },
]
const organisations = [{ name: 'acme', role: 'read' }]
const me = { username: 'ada', role: 'member', scopes: ['read', 'infer'], limit: 'acme', organisations }

let asked: { method: string; path: string; body?: unknown }[]
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (url: string, { method = '', body }: RequestInit) => {
    const { pathname: path } = new URL(url)
    if (method !== 'GET') asked.push({ method, path, ...(body != null && { body: JSON.parse(String(body)) }) })
    if (method === 'DELETE') return new Response(null, { status: 204 })
    if (path.endsWith('/me')) return Response.json(me)
    return Response.json(method === 'GET' ? { items: owners } : { ...owners[1], name: 'lab' })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('slipway org', () => {
  it('lists the namespaces of the caller', async () => {
    expect((await cli('org')).out).toBe(
      'NAME   KIND           YOUR ROLE\nada    user           admin\nacme   organisation   read\n',
    )
    expect(JSON.parse((await cli('org', '--json')).out)).toEqual(owners)
  })

  it('creates an organisation, and says how to let others in', async () => {
    const { code, out, err } = await cli('org', 'create', 'lab')
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'lab is created\n',
      err: 'to let others in: slipway members add lab USER\n',
    })
    expect(asked).toEqual([{ method: 'POST', path: '/api/v1/owners', body: { name: 'lab' } }])
  })

  it('deletes an organisation', async () => {
    expect(await cli('org', 'delete', 'lab')).toMatchObject({ code: 0, out: 'lab is deleted\n' })
    expect(JSON.parse((await cli('org', 'delete', 'lab', '--json')).out)).toEqual({ name: 'lab', deleted: true })
    expect(asked[0]).toEqual({ method: 'DELETE', path: '/api/v1/owners/lab' })
  })

  it.each([
    [['create'], 'a parameter is missing: a name for it'],
    [['rename', 'lab'], 'there is no "org rename"; there are create, delete'],
  ])('changes nothing with %j', async (parameters, message) => {
    expect(await cli('org', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(asked).toEqual([])
  })
})

describe('slipway whoami', () => {
  it('shows the user of the key, and what the key may do', async () => {
    const { code, out } = await cli('whoami')
    expect({ code, out }).toEqual({
      code: 0,
      out: 'server   http://127.0.0.1:8000\nuser     ada (member)\nscopes   read, infer\nlimit    acme\norgs     acme (read)\n',
    })
    expect(JSON.parse((await cli('whoami', '--json')).out)).toEqual({ url: 'http://127.0.0.1:8000', ...me })
  })
})
