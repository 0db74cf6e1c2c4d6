import { randomBytes } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, createApi } from '../support/http.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'

/** The stack under test: `SLIPWAY_URL` with `SLIPWAY_API_KEY` of an admin, else the suite's own local host. */
const { SLIPWAY_URL, SLIPWAY_API_KEY } = process.env
const isDeployed = SLIPWAY_URL !== undefined && SLIPWAY_API_KEY !== undefined

let host: LocalHost | undefined
let url: string
let admin: Api
let stranger: Api
/** Makes names unique to this run, for a stack that keeps those of earlier runs. */
const run = randomBytes(4).toString('hex')
const password = 'correct horse battery'

beforeAll(async () => {
  if (!isDeployed) host = await startLocalHost({ parameters: ['--no-sample'] })
  url = isDeployed ? SLIPWAY_URL : (host?.url ?? '')
  admin = createApi({ url, key: isDeployed ? SLIPWAY_API_KEY : (host?.key ?? '') })
  stranger = createApi({ url })
})
afterAll(() => host?.close())

const as = (key: string) => createApi({ url, key })

async function person(name: string) {
  const username = `${name}-${run}`
  const made = await admin.post('/api/v1/auth/register', { username, email: `${username}@example.com`, password })
  expect(made.status).toBe(201)
  const { status, body } = await stranger.post('/api/v1/auth/login', { login: username, password })
  expect(status).toBe(200)
  return { username, id: made.body.id as string, ...(body as { accessToken: string; refreshToken: string }) }
}

describe('users', () => {
  it('are registered by an admin, log in, and get their own profile', async () => {
    const closed = { username: `x-${run}`, email: `x-${run}@example.com`, password }
    expect((await stranger.post('/api/v1/auth/register', closed)).body.error.code).toBe('registration_closed')
    const ada = await person('ada')
    const me = await as(ada.accessToken).get('/api/v1/me')
    expect(me.body).toMatchObject({ userId: ada.id, username: ada.username, role: 'member', organisations: [] })
    expect((await stranger.get('/api/v1/me')).status).toBe(401)
    expect((await admin.get('/api/v1/me')).body).toMatchObject({ username: 'admin', role: 'admin' })
    const whoami = await as(ada.accessToken).get('/api/whoami-v2')
    expect(whoami.body).toMatchObject({ name: ada.username, email: `${ada.username}@example.com`, orgs: [] })
  })

  it('keep a session by refreshing it, and lose it when a used refresh token is presented again', async () => {
    const ada = await person('session')
    const refresh = (refreshToken: string) => stranger.post('/api/v1/auth/refresh', { refreshToken })
    const { status, body } = await refresh(ada.refreshToken)
    expect(status).toBe(200)
    for (const path of ['/api/v1/me', '/api/v1/repos', '/v1/models', '/api/whoami-v2'])
      expect((await as(body.accessToken).get(path)).status, path).toBe(200)
    expect((await refresh(ada.refreshToken)).status).toBe(401)
    for (const path of ['/api/v1/me', '/api/v1/repos', '/v1/models', '/api/whoami-v2'])
      expect((await as(body.accessToken).get(path)).status, path).toBe(401)
  })

  it('have access tokens that anyone can verify with the published keys', async () => {
    const ada = await person('verified')
    const { payload } = await jwtVerify(ada.accessToken, createRemoteJWKSet(new URL('/.well-known/jwks.json', url)), {
      issuer: 'slipway',
      audience: 'slipway',
    })
    expect(payload.sub).toBe(ada.id)
  })

  it('are refused everywhere from the next request on when an admin disables them', async () => {
    const ada = await person('disabled')
    const made = await as(ada.accessToken).post('/api/v1/keys', { name: 'k', scopes: ['read', 'infer'] })
    const key = as(made.body.token)
    const paths = ['/api/v1/me', '/api/v1/repos', '/v1/models', '/api/whoami-v2']
    for (const path of paths) expect((await key.get(path)).status, path).toBe(200)
    const response = await fetch(`${url}/api/v1/auth/users/${ada.id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${isDeployed ? SLIPWAY_API_KEY : host?.key}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ disabled: true }),
    })
    expect(response.status).toBe(200)
    for (const path of paths) {
      expect((await key.get(path)).status, path).toBe(401)
      expect((await as(ada.accessToken).get(path)).status, path).toBe(401)
    }
  })

  it('are rate limited after many wrong passwords', async () => {
    const ada = await person('guessed')
    const guess = () => stranger.post('/api/v1/auth/login', { login: ada.username, password: 'not the password' })
    const answers = await Promise.all(Array.from({ length: 30 }, guess))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(19)
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await as(ada.accessToken).get('/api/v1/me')).status, 'what there is goes on').toBe(200)
  })
})

describe('API keys', () => {
  it('are refused everywhere from the next request on when they are revoked', async () => {
    const ada = await person('revoker')
    const paths = ['/api/v1/me', '/api/v1/repos', '/v1/models', '/api/whoami-v2']
    for (let round = 0; round < 3; round++) {
      const { body } = await as(ada.accessToken).post('/api/v1/keys', { name: 'k', scopes: ['read', 'infer'] })
      const key = as(body.token)
      for (const path of paths) expect((await key.get(path)).status, path).toBe(200)
      expect((await as(ada.accessToken).delete(`/api/v1/keys/${body.id}`)).status).toBe(204)
      const after = await Promise.all(paths.map((path) => key.get(path)))
      expect(after.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    }
  })

  it('show when they were last used', async () => {
    const ada = await person('user')
    const { body } = await as(ada.accessToken).post('/api/v1/keys', { name: 'k', scopes: ['infer'] })
    await as(body.token).get('/v1/models')
    await expect
      .poll(async () => (await as(ada.accessToken).get('/api/v1/keys')).body.items[0].lastUsedAt)
      .toMatch(/^20\d\d-/)
  })
})

describe('organisations', () => {
  it('are created by users, have members with roles, and can be deleted when empty', async () => {
    const [ada, grace] = await Promise.all([person('founder'), person('joiner')])
    const name = `org-${run}`
    expect((await as(ada.accessToken).post('/api/v1/owners', { name, kind: 'organisation' })).status).toBe(201)
    expect((await as(grace.accessToken).get(`/api/v1/owners/${name}`)).status).toBe(404)
    const response = await fetch(`${url}/api/v1/owners/${name}/members/${grace.username}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ada.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'write' }),
    })
    expect(response.status).toBe(200)
    expect((await as(grace.accessToken).get('/api/v1/me')).body.organisations).toEqual([{ name, role: 'write' }])
    expect((await as(grace.accessToken).get('/api/whoami-v2')).body.orgs).toMatchObject([{ name, roleInOrg: 'write' }])
    expect((await as(grace.accessToken).delete(`/api/v1/owners/${name}`)).status).toBe(403)
    expect((await as(ada.accessToken).delete(`/api/v1/owners/${name}`)).status).toBe(204)
    expect((await as(grace.accessToken).get('/api/v1/me')).body.organisations).toEqual([])
  })
})

describe.skipIf(isDeployed)('a restart', () => {
  it('ends no session, and the first user to register later does not become admin', async () => {
    const ada = await person('restarted')
    const dataDir = host?.dataDir ?? ''
    await host?.stop()
    host = await startLocalHost({ dataDir, parameters: ['--no-sample'], environment: { SLIPWAY_REGISTRATION: 'open' } })
    url = host.url
    expect((await as(ada.accessToken).get('/api/v1/me')).body).toMatchObject({ username: ada.username })
    const made = await createApi({ url }).post('/api/v1/auth/register', {
      username: `open-${run}`,
      email: `open-${run}@example.com`,
      password,
    })
    expect(made.body).toMatchObject({ role: 'member' })
  })

  it("rate limits logins by the connection's address, whatever headers claim", async () => {
    const guess = (_: unknown, index: number) =>
      stranger.post(
        '/api/v1/auth/login',
        { login: `nobody-${index}`, password: 'not the password' },
        { 'x-forwarded-for': `203.0.113.${index}` },
      )
    stranger = createApi({ url })
    const statuses = (await Promise.all(Array.from({ length: 70 }, guess))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(51)
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
  })
})
