import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CountedHost, startCountedHost } from './support/counted-host.ts'

let host: CountedHost
beforeAll(async () => {
  host = await startCountedHost()
})
afterAll(() => host.close())

const setLimit = (owner: string, requestsPerMinute: number | null) =>
  host.asAdmin(`/api/v1/owners/${owner}/quotas`, { method: 'PUT', json: { requestsPerMinute } })

describe('requests per minute', () => {
  it('are neither counted nor written if there is no limit', async () => {
    const { token } = await host.person('free')
    await host.ask('/api/v1/me', { token })
    expect((await host.scan()).filter(({ pk }) => String(pk).startsWith('REQUESTS#'))).toEqual([])
  })

  it('over the limit are refused by all processes together, with the time to wait', async () => {
    const { token } = await host.person('busy')
    expect((await setLimit('busy', 10)).status).toBe(200)
    host.clock.ms += 60_000 - (host.clock.ms % 60_000) + 15_000
    const processes = [host.connect(), host.connect()]
    const paths = ['/api/v1/me', '/api/v1/repos', '/api/models']
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => (processes[n % 2] as typeof host.ask)(paths[n % 3] as string, { token })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(20)
    for (const { headers } of refused) {
      expect(headers.get('retry-after')).toBe('45')
      expect(headers.get('ratelimit')).toBe('"api";r=0;t=45')
      expect(headers.get('ratelimit-policy')).toBe('"fixed window";"api";q=10;w=60')
    }
    const { body } = await host.ask('/api/v1/me', { token })
    expect(body.error).toMatchObject({ code: 'rate_limited', retryable: true })
    expect(body.error.message).toContain('"requestsPerMinute", which is 10')
    host.clock.ms += 45_000
    const next = await host.ask('/api/v1/me', { token })
    expect(next.status).toBe(200)
    expect(next.headers.get('ratelimit')).toBe('"api";r=9;t=60')
  })

  it('of one owner do not count for another, and those with a key for an organisation count for it', async () => {
    const { token } = await host.person('cara')
    await host.ask('/api/v1/owners', { json: { name: 'guild' }, token })
    const made = await host.ask('/api/v1/keys', {
      json: { name: 'k', scopes: ['read'], limit: 'guild' },
      token,
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    await setLimit('guild', 1)
    const key = made.body.token
    expect((await host.ask('/api/v1/repos', { token: key })).status).toBe(200)
    expect((await host.ask('/api/v1/repos', { token: key })).status).toBe(429)
    expect((await host.ask('/api/v1/repos', { token })).status).toBe(200)
    const other = await host.person('edda')
    const members = { json: { role: 'admin' }, method: 'PUT', token }
    expect((await host.ask('/api/v1/owners/guild/members/edda', members)).status).toBe(200)
    expect((await host.ask('/api/v1/owners/guild/members/cara', { method: 'DELETE', token })).status).toBe(204)
    host.clock.ms += 60_000
    // A former member uses up nothing of the organisation.
    expect((await host.ask('/api/v1/repos', { token: key })).headers.get('ratelimit')).toBeNull()
    const limited = { json: { name: 'k', scopes: ['read'], limit: 'guild' }, token: other.token }
    const theirs = (await host.ask('/api/v1/keys', limited)).body.token
    expect((await host.ask('/api/v1/repos', { token: theirs })).headers.get('ratelimit')).toContain('r=0')
  })

  it('are admitted again at most 10 seconds after an admin removes the limit', async () => {
    const { token } = await host.person('dora')
    await setLimit('dora', 1)
    expect((await host.ask('/api/v1/repos', { token })).status).toBe(200)
    expect((await host.ask('/api/v1/repos', { token })).status).toBe(429)
    await setLimit('dora', null)
    host.clock.ms += 10_001
    expect((await host.ask('/api/v1/repos', { token })).status).toBe(200)
  })
})
