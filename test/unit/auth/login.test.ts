import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPasswordHasher, isOutdated } from '../../../functions/auth/password-hash.ts'
import { callerAddress, callerNetwork } from '../../../shared/http/caller-address.ts'
import { keys } from '../../../shared/table/keys.ts'
import { pauseAfter } from '../../../shared/table/login-attempts.ts'
import { type AuthHost, password, startAuthHost } from './support/auth-host.ts'

let host: AuthHost
beforeAll(async () => {
  host = await startAuthHost({ registration: 'open' })
  await host.register('ada')
  await host.register('grace')
})
afterAll(() => host.close())

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

describe('a login', () => {
  it('answers alike, and hashes alike, for a wrong password and for nobody', async () => {
    const timed = async (login: string, address: string) => {
      const started = performance.now()
      const { status, body } = await host.login(login, 'not the password', address)
      return { ms: performance.now() - started, said: { status, ...body.error, requestId: '' } }
    }
    const known: number[] = []
    const unknown: number[] = []
    for (let round = 0; round < 9; round++) {
      const one = await timed('grace', `203.0.113.${round}`)
      const other = await timed(`nobody${round}`, `203.0.113.${100 + round}`)
      expect(one.said).toEqual(other.said)
      known.push(one.ms)
      unknown.push(other.ms)
    }
    // Without the hash a stranger would be answered in a small part of the time.
    expect(median(unknown) / median(known)).toBeGreaterThan(0.6)
    expect(median(unknown) / median(known)).toBeLessThan(1.7)
  })

  it('waits longer after each failure over ten, for this account alone, and the right password forgets them', async () => {
    host.clock.ms += 3_600_000
    const guess = () => host.login('ada', 'not the password', `198.51.100.${host.clock.ms % 250}`)
    for (let failures = 0; failures < 11; failures++) expect((await guess()).status).toBe(401)
    const waits: number[] = []
    for (let round = 0; round < 5; round++) {
      const refused = await guess()
      expect(refused.body.error.code).toBe('too_many_attempts')
      const seconds = Number(refused.headers.get('retry-after'))
      expect((await host.login('ada')).status, 'the right one has to wait too').toBe(429)
      waits.push(seconds)
      host.clock.ms += seconds * 1000
      expect((await guess()).status).toBe(401)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16])
    expect((await host.login('grace')).status).toBe(200)
    host.clock.ms += 32_000
    expect((await host.login('ada')).status).toBe(200)
    expect((await guess()).status).toBe(401)
  })

  it('lets in ten guesses and one of a hundred that come at once', async () => {
    host.clock.ms += 3_600_000
    const all = Array.from({ length: 100 }, (_, index) => host.login('ada', 'not the password', `198.51.100.${index}`))
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(11)
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
  })

  it('limits an address that tries many accounts, whatever of its network it comes from', async () => {
    host.clock.ms += 3_600_000
    const statuses: number[] = []
    for (let index = 0; index < 60; index++) {
      const { status } = await host.login(`spray${index}`, 'not the password', `2001:db8:1:2::${index.toString(16)}`)
      statuses.push(status)
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(51)
    expect((await host.login('grace', password, '2001:db8:1:2:ffff::1')).status).toBe(429)
    expect((await host.login('grace', password, '2001:db8:1:3::1')).status).toBe(200)
  })

  it('of a crowd behind one address is not counted against it', async () => {
    host.clock.ms += 3_600_000
    for (let index = 0; index < 60; index++) expect((await host.login('grace')).status).toBe(200)
  })

  it('forgets failures after an hour, and leaves the table by itself', async () => {
    const attempts = (await host.scan()).filter(({ pk }) => String(pk).startsWith(keys.loginAttempts('').pk))
    expect(attempts.length).toBeGreaterThan(0)
    for (const { expiresAt } of attempts) expect(expiresAt).toBeTypeOf('number')
    host.clock.ms += 2 * 3_600_000
    for (let failures = 0; failures < 10; failures++) expect((await host.login('ada', 'not it')).status).toBe(401)
  })

  it('takes what cannot be a login for one that is unknown', async () => {
    for (const login of ['@', 'a/b', '../..', 'EMAIL#x', '\u0000', 'x'.repeat(254), 'ada\n'])
      expect((await host.login(login)).status, login).toBe(401)
    const ask = (json: unknown) => host.ask('/api/v1/auth/login', { json })
    for (const json of [
      {},
      { login: 'ada' },
      { login: 1, password },
      { login: 'ada', password: 'x'.repeat(257) },
      [],
      'x',
    ])
      expect((await ask(json)).status, JSON.stringify(json)).toBe(400)
  })
})

describe('pauses', () => {
  it('double up to their longest', () => {
    const policy = { free: 2, firstPauseMs: 1000, pauseMsMax: 5000, windowMs: 1 }
    expect([0, 1, 2, 3, 4, 5, 6, 60].map((failures) => pauseAfter(failures, policy))).toEqual([
      0, 0, 0, 1000, 2000, 4000, 5000, 5000,
    ])
  })
})

describe('callers', () => {
  it('are known by the connection that the host saw, not by what they say of themselves', async () => {
    const app = new Hono().get('/', (context) => context.text(callerAddress(context) ?? 'unknown'))
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const over = async (remoteAddress: string) =>
      (await app.request('/', { headers }, { incoming: { socket: { remoteAddress } } })).text()
    expect(await over('192.0.2.1')).toBe('192.0.2.1')
    expect(await over('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(await over('2001:db8::1')).toBe('2001:db8::1')
    expect(await (await app.request('/', { headers })).text()).toBe('unknown')
    const http = { method: 'GET', path: '/', sourceIp: '198.51.100.7' }
    const event = { version: '2.0', rawPath: '/', rawQueryString: '', headers, requestContext: { http } }
    const answer = (await handle(app)(event as never, {} as never)) as { body: string }
    expect(answer.body).toBe('198.51.100.7')
  })

  it('are counted by address, and in IPv6 by network', () => {
    expect(callerNetwork('192.0.2.7')).toBe('192.0.2.7')
    expect(callerNetwork('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(callerNetwork('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(callerNetwork('::1')).toBe('0:0:0:0::/64')
    expect(callerNetwork('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  })
})

describe('password hashes', () => {
  it('are Argon2id with their own salt and their settings, and match only their password', async () => {
    const passwords = createPasswordHasher()
    const [one, other] = await Promise.all([passwords.hash(password), passwords.hash(password)])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(one).not.toBe(other)
    expect(await passwords.matches(password, one)).toBe(true)
    expect(await passwords.matches(`${password} `, one)).toBe(false)
    expect(await passwords.matches(password, undefined)).toBe(false)
    // The same letters, typed in two ways.
    expect(await passwords.matches('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait'))).toBe(true)
  })

  it('are computed a few at a time, and refused when too many wait', async () => {
    const passwords = createPasswordHasher({ runningMax: 1, waitingMax: 3 })
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => passwords.hash(password)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    const refused = all.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(refused.reason).toMatchObject({ code: 'busy', status: 429 })
    expect(await passwords.hash(password)).toMatch(/^\$argon2id/)
  })

  it('of an earlier version are replaced with the next login', async () => {
    const weaker = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$'
    const { argon2Sync } = await import('node:crypto')
    const settings = { nonce: Buffer.alloc(16), memory: 8, passes: 1, parallelism: 1, tagLength: 32 }
    const hash =
      weaker +
      argon2Sync('argon2id', { message: password, ...settings })
        .toString('base64')
        .replace('=', '')
    expect(isOutdated(hash)).toBe(true)
    const { body } = await host.register('veteran')
    await host.table.put({ ...keys.password(body.id), hash, changedAt: '2020-01-01T00:00:00.000Z' })
    expect((await host.login('veteran')).status).toBe(200)
    const stored = await host.table.get<{ hash: string }>(keys.password(body.id))
    expect(isOutdated(stored?.hash ?? '')).toBe(false)
    expect((await host.login('veteran')).status).toBe(200)
  })
})
