import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { authenticate, identify, principalOf, requireScope } from '../../../shared/auth/middleware.ts'
import { createVerifier } from '../../../shared/auth/verify.ts'
import { routes } from '../../../shared/contract/routes.ts'
import { AppError } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { platformEnvelope } from '../../../shared/http/envelopes.ts'
import { routeAccess } from '../../../shared/http/route-access.ts'
import { ada, newKey, useAda } from './support/keys-of-ada.ts'
import { host } from './support/use-auth-host.ts'

useAda()

describe('a route', () => {
  const app = new Hono<HttpEnvironment>()

  app.onError((error, context) =>
    error instanceof AppError
      ? context.json(platformEnvelope(error, 'r'), error.status as 401)
      : context.json({ error: String(error) }, 500),
  )
  const verify = async (token: string | undefined) => createVerifier({ table: host.table, now: host.now })(token)

  app.get('/optional', identify(verify), (context) => context.json({ who: context.get('principal')?.username ?? null }))

  app.get('/required', authenticate(verify), (context) => context.json({ who: principalOf(context).username }))

  app.get('/write', identify(verify), requireScope('write'), (context) => context.json({}))

  app.get('/none', (context) => context.json({ who: principalOf(context).username }))
  const ask = async (path: string, token?: string) => {
    const answer = await app.request(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  it('that is open to strangers identifies callers, and refuses a wrong token', async () => {
    expect((await ask('/optional')).body).toEqual({ who: null })
    expect((await ask('/optional', ada.accessToken)).body).toEqual({ who: 'ada' })
    expect((await ask('/optional', `hf_${'0'.repeat(64)}`)).status).toBe(401)
  })

  it('that is protected needs a token and its scope', async () => {
    expect((await ask('/required')).status).toBe(401)
    expect((await ask('/required', ada.accessToken)).body).toEqual({ who: 'ada' })
    expect((await ask('/none')).status).toBe(401)
    expect((await ask('/write')).status).toBe(401)
    expect((await ask('/write', (await newKey()).token)).body).toMatchObject({ error: { code: 'missing_scope' } })
    expect((await ask('/write', ada.accessToken)).status).toBe(200)
  })

  it('has the access that the contract describes, and needs a token by default', () => {
    const described = [
      { method: 'get', path: '/x/{id}', security: [{ apiKey: [] }, {}] },
      { method: 'get', path: '/x/mine', security: [{ apiKey: [] }] },
      { method: 'post', path: '/x/{id}', security: [{ apiKey: [] }] },
      { method: 'post', path: '/open', security: [] },
      { method: 'get', path: '/files/{path:.+}', security: [] },
      { method: 'get', path: '/silent' },
    ]
    const access = routeAccess(described)
    const asked = (method: string, path: string) => access({ method, path })
    expect(asked('GET', '/x/1')).toBe('optional')
    expect(asked('HEAD', '/x/1')).toBe('optional')
    expect(asked('GET', '/x/mine')).toBe('required')
    expect(asked('POST', '/x/1')).toBe('required')
    expect(asked('POST', '/open')).toBe('open')
    expect(asked('GET', '/open')).toBe('required')
    expect(asked('GET', '/files/a/b.txt')).toBe('open')
    for (const path of ['/x', '/x/1/2', '/open/', '/silent', '/xopen', '/none'])
      expect(asked('GET', path), path).toBe('required')
    const real = routeAccess(Object.values(routes))
    expect(real({ method: 'POST', path: '/api/v1/auth/login' })).toBe('open')
    expect(real({ method: 'POST', path: '/api/v1/auth/register' })).toBe('optional')
    for (const path of ['/api/v1/me', '/api/v1/keys', '/api/v1/auth/users', '/api/v1/auth/password'])
      expect(real({ method: 'GET', path }), path).toBe('required')
  })
})
