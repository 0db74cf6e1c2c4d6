import { beforeAll, describe, expect, it } from 'vitest'
import { isOutdated } from '../../../functions/auth/password-hash.ts'
import { keys } from '../../../shared/table/keys.ts'
import { password } from './support/auth-host.ts'
import { host, useAuthHost } from './support/use-auth-host.ts'

useAuthHost()

beforeAll(async () => {
  await host.register('ada')
  await host.register('grace')
})

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

describe('a login', () => {
  it('gives the same answer and does the same hashing for a wrong password and an unknown user', async () => {
    // Compares CPU time, which does not depend on other work on this machine.
    const worked = async (login: string, address: string) => {
      const before = process.cpuUsage()
      const { status, body } = await host.login(login, 'not the password', address)
      const { user, system } = process.cpuUsage(before)
      return { cpuUs: user + system, said: { status, ...body.error, requestId: '' } }
    }
    const known: number[] = []
    const unknown: number[] = []
    for (let round = 0; round < 9; round++) {
      const one = await worked('grace', `203.0.113.${round}`)
      const other = await worked(`nobody${round}`, `203.0.113.${100 + round}`)
      expect(one.said).toEqual(other.said)
      known.push(one.cpuUs)
      unknown.push(other.cpuUs)
    }
    // Without the hash, an unknown user would take a fraction of it.
    expect(median(unknown) / median(known)).toBeGreaterThan(0.6)
    expect(median(unknown) / median(known)).toBeLessThan(1.7)
  })

  it('makes an account wait longer after each failure over ten, until the right password comes', async () => {
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

  it('tries at most eleven of a hundred simultaneous guesses', async () => {
    host.clock.ms += 3_600_000
    const all = Array.from({ length: 100 }, (_, index) => host.login('ada', 'not the password', `198.51.100.${index}`))
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(11)
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
  })

  it('limits a network that tries many accounts', async () => {
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

  it('does not count successful logins against an address', async () => {
    host.clock.ms += 3_600_000
    for (let index = 0; index < 60; index++) expect((await host.login('grace')).status).toBe(200)
  })

  it('forgets failures after an hour, and lets them expire from the table', async () => {
    const attempts = (await host.scan()).filter(({ pk }) => String(pk).startsWith(keys.loginAttempts('').pk))
    expect(attempts.length).toBeGreaterThan(0)
    for (const { expiresAt } of attempts) expect(expiresAt).toBeTypeOf('number')
    host.clock.ms += 2 * 3_600_000
    for (let failures = 0; failures < 10; failures++) expect((await host.login('ada', 'not it')).status).toBe(401)
  })

  it('treats an impossible login name like an unknown one', async () => {
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

  it('replaces a password hash of an earlier version', async () => {
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
