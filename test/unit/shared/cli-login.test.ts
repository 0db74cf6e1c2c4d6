import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readConnection } from '../../../shared/client/connection.ts'
import { type Logins, openLogins } from '../../../shared/client/logins.ts'
import { cliWith } from './support/run-cli.ts'

const hub = 'https://hub.example.com'
const elsewhere = { connection: { url: 'http://127.0.0.1:8000' } }

let home: string
let logins: Logins
let asked: { url: string; method: string; token: string | null; body?: unknown }[]
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-home-'))
  logins = openLogins({ HOME: home }) as Logins
  asked = []
  vi.stubGlobal('fetch', async (url: string, { method = '', headers, body }: RequestInit) => {
    const token = new Headers(headers).get('authorization')
    asked.push({ url, method, token, ...(body != null && { body: JSON.parse(String(body)) }) })
    if (url.endsWith('/auth/logout')) return new Response(null, { status: 204 })
    if (url.endsWith('/auth/login')) return Response.json({ accessToken: 'jwt' })
    if (url.endsWith('/keys')) return Response.json({ id: 'key_1', token: 'hf_made' })
    if (token === 'Bearer hf_wrong')
      return Response.json({ error: { code: 'invalid_token', message: 'No such key.' } }, { status: 401 })
    return Response.json({ username: 'ada', role: 'member', scopes: ['read'], organisations: [] })
  })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await rm(home, { recursive: true })
})

const login = (input: string, ...parameters: string[]) => cliWith({ input, logins, ...elsewhere }, ...parameters)
const connected = (environment: Record<string, string> = {}) =>
  readConnection({ SLIPWAY_DATA: '', ...environment }, logins)

describe('slipway login', () => {
  it('stores a key from standard input where only the user can read it, and later commands use it', async () => {
    const { code, out, err } = await login('hf_ada\n', 'login', `${hub}/`)
    expect({ code, out }).toEqual({ code: 0, out: `${hub}  as ada\n` })
    expect(err).not.toContain('hf_ada')
    const path = logins.keyPath(hub)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).toBe('hf_ada\n')
    expect(await connected()).toMatchObject({ url: hub, token: 'hf_ada', keyPath: path })
    expect((await connected()).hubSettings).toContain(`HF_TOKEN="$(cat ${path})"`)
  })

  it('keeps the mode of a key file that was readable by others', async () => {
    await login('hf_first', 'login', hub)
    await rm(logins.keyPath(hub))
    await writeFile(logins.keyPath(hub), 'old', { mode: 0o644 })
    await login('hf_next', 'login', hub)
    expect((await stat(logins.keyPath(hub))).mode & 0o777).toBe(0o600)
    expect(await readdir(join(home, '.config', 'slipway', 'keys'))).toHaveLength(1)
  })

  it('sends a key to its own server only, and after the settings of the environment', async () => {
    await login('hf_ada', 'login', hub)
    expect((await connected({ SLIPWAY_URL: 'https://other.example' })).token).toBeUndefined()
    const settings = { SLIPWAY_URL: hub, SLIPWAY_API_KEY: 'hf_set' }
    expect(await connected(settings)).toMatchObject({ url: hub, token: 'hf_set' })
    expect(await connected({ SLIPWAY_DATA: home })).toMatchObject({ url: 'http://127.0.0.1:8000', token: undefined })
  })

  it('does not send a key that was set without a server to the server of the last login', async () => {
    await login('hf_ada', 'login', hub)
    const { url, token } = await connected({ SLIPWAY_API_KEY: 'hf_local' })
    expect({ url, token }).toEqual({ url: 'http://127.0.0.1:8000', token: 'hf_local' })
  })

  it('creates a key for this machine from a password, and ends the session', async () => {
    expect((await login('a long password\n', 'login', hub, '--user', 'ada', '--json')).code).toBe(0)
    expect(asked.map(({ url, token }) => [url.slice(hub.length), token])).toEqual([
      ['/api/v1/auth/login', null],
      ['/api/v1/keys', 'Bearer jwt'],
      ['/api/v1/auth/logout', 'Bearer jwt'],
      ['/api/v1/me', 'Bearer hf_made'],
    ])
    expect(asked[0]?.body).toEqual({ login: 'ada', password: 'a long password' })
    expect(await connected()).toMatchObject({ token: 'hf_made' })
  })

  it('sends a password as it was typed, with the spaces around it', async () => {
    await login(' spaces around \r\n', 'login', hub, '--user', 'ada')
    await login(' spaces around \n', 'register', 'ada', '--email', 'a@b.c', hub)
    const sent = asked.filter(({ url }) => /login|register/.test(url)).map(({ body }) => Object(body).password)
    expect(sent).toEqual([' spaces around ', ' spaces around ', ' spaces around '])
  })

  it.each([
    ['hf_wrong', ['login', hub], 1, 'slipway: No such key.\n'],
    ['', ['login', hub], 2, 'standard input has no key'],
    ['hf_x', ['login', 'hub.example.com'], 1, 'The server is "hub.example.com", which is not a URL'],
    ['hf_x', ['login', hub, 'hf_secret'], 2, 'one parameter too many'],
  ])('stores nothing from %j for %j', async (input, parameters, code, message) => {
    expect(await login(input, ...parameters)).toMatchObject({ code, err: expect.stringContaining(message) })
    expect(await logins.current()).toBeUndefined()
    expect(await readdir(home)).toEqual([])
  })
})

describe('slipway register', () => {
  it('makes an account with an invitation and a password from standard input, and logs in', async () => {
    const { code, out } = await login('in_token\npassword\n', 'register', 'ada', '--email', 'a@b.c', '--invited', hub)
    expect({ code, out }).toEqual({ code: 0, out: `${hub}  as ada\n` })
    const body = { username: 'ada', email: 'a@b.c', password: 'password', invitation: 'in_token' }
    expect(asked[0]).toEqual({ url: `${hub}/api/v1/auth/register`, method: 'POST', token: null, body })
    expect(await logins.keyOf(hub)).toBe('hf_made')
  })
})

describe('slipway logout', () => {
  it('removes the stored key, and says where none is', async () => {
    await login('hf_ada', 'login', hub)
    expect(await login('', 'logout')).toMatchObject({ code: 0, out: `logged out of ${hub}\n` })
    expect(await logins.keyOf(hub)).toBeUndefined()
    expect((await connected()).url).toBe('http://127.0.0.1:8000')
    expect(await login('', 'logout')).toMatchObject({ code: 1, err: 'slipway: You are not logged in\n' })
    expect((await login('', 'logout', hub)).err).toContain(`not logged in to ${hub}`)
  })
})
