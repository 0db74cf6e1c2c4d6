import { describe, expect, it } from 'vitest'
import { get, repo, target } from './stored-files.ts'

/** Who may read what. */
export function callers(): void {
  describe('a caller', () => {
    const routes = [
      `/${repo}/resolve/main/config.json`,
      `/${repo}/raw/main/config.json`,
      `/api/models/${repo}`,
      `/api/models/${repo}/tree/main`,
      `/api/models/${repo}/refs`,
      `/api/models/${repo}/commits/main`,
      `/api/models/${repo}/auth-check`,
    ]

    it.each(['/api/whoami-v2', ...routes])('needs a valid key: %s', async (path) => {
      const anonymous = await fetch(target.api.url + path)
      expect(anonymous.status).toBe(401)
      expect(anonymous.headers.get('x-error-code')).toBe('RepoNotFound')
      const wrong = await get(path, { authorization: `Bearer hf_${'x'.repeat(43)}` })
      expect(wrong.status).toBe(401)
      expect(wrong.headers.get('x-error-message')).toBe('Invalid credentials in Authorization header')
      expect(wrong.headers.get('x-error-code')).toBeNull()
    })

    it.each(routes)('needs a key with the scope to read: %s', async (path) => {
      const { body: key } = await target.api.post('/api/v1/keys', { name: 'infers', scopes: ['infer'] })
      const authorization = `Bearer ${key.token}`
      expect((await get(path, { authorization })).status).toBe(403)
      expect(await (await get('/api/whoami-v2', { authorization })).json()).toMatchObject({
        auth: { accessToken: { displayName: 'infers', role: 'fineGrained' } },
      })
    })

    it('sees no private model without a key that may read it', async () => {
      const { body: key } = await target.api.post('/api/v1/keys', { name: 'infers', scopes: ['infer'] })
      for (const headers of [{}, { authorization: `Bearer ${key.token}` }] as Record<string, string>[]) {
        const answer = await fetch(`${target.api.url}/api/models`, { headers })
        expect([answer.status, await answer.json()]).toEqual([200, []])
      }
      expect((await get('/api/models', { authorization: `Bearer hf_${'x'.repeat(43)}` })).status).toBe(401)
    })

    it('can check whether a key may write', async () => {
      const { body: key } = await target.api.post('/api/v1/keys', { name: 'reads', scopes: ['read'] })
      const check = `/api/models/${repo}/auth-check`
      expect((await get(check)).status).toBe(200)
      expect((await get(`${check}/write`)).status).toBe(200)
      const reader = { authorization: `Bearer ${key.token}` }
      expect((await get(check, reader)).status).toBe(200)
      expect((await get(`${check}/write`, reader)).status).toBe(403)
      expect((await get('/api/models/acme/none/auth-check')).headers.get('x-error-code')).toBe('RepoNotFound')
    })

    it('may be any web page, which can read the headers it needs', async () => {
      const path = `/${repo}/resolve/main/config.json`
      const asked = await fetch(target.api.url + path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://page.example',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization,range',
        },
      })
      expect(asked.status).toBe(204)
      expect(asked.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')
      for (const headers of [(await get(path)).headers, (await get('/api/models/a/none')).headers]) {
        expect(headers.get('access-control-allow-origin')).toBe('*')
        expect(headers.get('access-control-expose-headers')).toMatch(/X-Repo-Commit.*X-Error-Code.*Link.*X-Linked-Size/)
        expect(headers.get('access-control-allow-credentials')).toBeNull()
      }
    })
  })
}
