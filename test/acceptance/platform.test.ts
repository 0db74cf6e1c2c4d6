import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.close())

describe('probes', () => {
  it('answers /health without a key', async () => {
    expect((await target.anonymous.get('/health')).status).toBe(200)
  })

  it('answers /ready without a key', async () => {
    expect((await target.anonymous.get('/ready')).status).toBe(200)
  })

  it('exposes the promised metrics on /metrics', async () => {
    await target.api.get('/api/v1/me')
    const { body } = await target.anonymous.get('/metrics')
    for (const name of [
      'http_requests_total',
      'http_request_duration_seconds_bucket',
      'queue_depth',
      'model_downloads_total',
    ])
      expect(body).toContain(name)
  })

  it('describes the server on /info', async () => {
    const { status, body } = await target.api.get('/info')
    expect(status).toBe(200)
    expect(body).toBeTypeOf('object')
  })
})

describe('requests', () => {
  it('keep the request id that the caller gave', async () => {
    const { headers } = await target.api.get('/api/v1/me', { 'x-request-id': 'mine-1' })
    expect(headers.get('x-request-id')).toBe('mine-1')
  })

  it('get a new request id if the given one is not valid', async () => {
    const { headers } = await target.api.get('/api/v1/me', { 'x-request-id': 'a b{}' })
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['/api/v1/nothing', '/nothing', '/v1/nothing'])(
    'to the unknown route %s get 404 with the request id',
    async (path) => {
      const { status, headers, body } = await target.api.get(path, { 'x-request-id': 'mine-2' })
      expect(status).toBe(404)
      expect(headers.get('x-request-id')).toBe('mine-2')
      expect(body.error).toMatchObject({ code: 'route_not_found' })
    },
  )

  it('to an unknown route are told where the routes are listed', async () => {
    const { status, body } = await target.api.get('/api/v1/nothing')
    expect(status).toBe(404)
    expect(body.error).toMatchObject({ code: 'route_not_found', message: expect.stringContaining('openapi.json') })
    expect(body.error.requestId).toBeTypeOf('string')
  })
})

describe('keys', () => {
  it('are required on every route of the OpenAPI document that is not open, before anything else is checked', async () => {
    const { body: document } = await target.anonymous.get('/api/v1/openapi.json')
    const routes = Object.entries<Record<string, { security: object[] }>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security }]) => security.length > 0 && security.every((way) => 'apiKey' in way))
        .map(([method]) => ({ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, 'x') })),
    )
    expect(routes.length).toBeGreaterThan(25)
    for (const { method, path } of routes) {
      const answer = await fetch(target.api.url + path, { method })
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 401 })
      expect(await answer.text()).toMatch(/unauthenticated|This route needs an API key/)
    }
  })

  it('are required by the serving protocols in their own error format', async () => {
    const { status, body } = await target.anonymous.post('/v1/embeddings', '{not json')
    expect(status).toBe(401)
    expect(body.error).toMatchObject({ type: 'authentication_error', code: 'unauthenticated' })
  })

  it('that were never issued are refused', async () => {
    const { status, body } = await target.anonymous.get('/api/v1/me', { authorization: `Bearer hf_${'x'.repeat(43)}` })
    expect(status).toBe(401)
    expect(body.error.code).toBe('invalid_token')
  })

  it('are also accepted as X-API-Key', async () => {
    expect((await target.anonymous.get('/api/v1/me', { 'x-api-key': target.key })).status).toBe(200)
  })

  it('cannot revoke themselves and lock their owner out', async () => {
    const made = await target.api.post('/api/v1/keys', { name: 'second admin', scopes: ['admin'] })
    const bearer = { authorization: `Bearer ${made.body.token}` }
    const own = await fetch(`${target.api.url}/api/v1/keys/${made.body.id}`, { method: 'DELETE', headers: bearer })
    expect(own.status).toBe(409)
    expect((await target.anonymous.get('/api/v1/me', bearer)).status).toBe(200)
  })

  it.each([
    { name: '\ud800' },
    { name: 'x', scopes: ['read', 'read'] },
    { name: 'x', scopes: Array(100_000).fill('read') },
  ])('are refused with invalid names or scopes', async (wanted) => {
    expect((await target.api.post('/api/v1/keys', wanted)).status).toBe(400)
  })

  it('can be made with fewer scopes, used, listed without their secret, and revoked', async () => {
    const made = await target.api.post('/api/v1/keys', { name: 'reader', scopes: ['read'] })
    expect(made.status).toBe(201)
    const bearer = { authorization: `Bearer ${made.body.token}` }
    expect((await target.anonymous.get('/api/v1/repos', bearer)).status).toBe(200)
    const refused = await target.anonymous.post('/api/v1/imports', { source: 'hf://a/b' }, bearer)
    expect(refused.status).toBe(403)
    expect(refused.body.error.code).toBe('missing_scope')

    const listed = await target.api.get('/api/v1/keys')
    expect(JSON.stringify(listed.body)).not.toContain(made.body.token)
    expect((await target.api.delete(`/api/v1/keys/${made.body.id}`)).status).toBe(204)
    expect((await target.anonymous.get('/api/v1/repos', bearer)).status).toBe(401)
  })
})

describe('names, ids and cursors', () => {
  it.each([
    `/api/v1/imports/${'x'.repeat(3000)}`,
    `/api/v1/repos/a/b/revisions/${'x'.repeat(1500)}`,
    `/api/v1/repos/a/b/revisions/${encodeURIComponent('../../x')}/files`,
    '/api/v1/deployments/NOT_A_LABEL',
  ])('are refused with what they must be: %.60s', async (path) => {
    const { status, body } = await target.api.get(path)
    expect(status).toBe(400)
    expect(body.error.code).toBe('invalid_request')
  })

  it.each([`/api/v1/repos/${'a'.repeat(200)}/b`, '/api/v1/repos/a/b%00', '/api/v1/repos/..%2f../etc'])(
    'that no repo can have are refused or not found: %.60s',
    async (path) => {
      const { status, body } = await target.api.get(path)
      expect([400, 404]).toContain(status)
      expect(['invalid_request', 'repo_not_found']).toContain(body.error.code)
    },
  )

  it('that are forged cursors are refused', async () => {
    const { body } = await target.api.get('/api/v1/repos?limit=1')
    for (const sk of ['', 'x'.repeat(2000)]) {
      const forged = { listPk: 'REPOS', listSk: sk, pk: 'REPO#a/b', sk: 'REPO' }
      const cursor = Buffer.from(JSON.stringify(forged)).toString('base64url').slice(0, 2000)
      expect((await target.api.get(`/api/v1/repos?cursor=${cursor}`)).status).toBe(400)
    }
    expect(body.items).toBeDefined()
  })
})

describe('lists', () => {
  it('page by a cursor, and refuse the cursor of another list', async () => {
    for (const name of ['one', 'two', 'three']) await target.api.post('/api/v1/keys', { name })
    const first = await target.api.get('/api/v1/keys?limit=2')
    expect(first.body.items).toHaveLength(2)
    const second = await target.api.get(`/api/v1/keys?limit=2&cursor=${first.body.cursor}`)
    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const foreign = await target.api.get(`/api/v1/repos?cursor=${first.body.cursor}`)
    expect(foreign.status).toBe(400)
    expect(foreign.body.error.param).toBe('cursor')
  })
})
