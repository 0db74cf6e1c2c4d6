import { describe, expect, it } from 'vitest'
import { createPasswordHasher } from '../../../functions/auth/password-hash.ts'
import { password } from './support/auth-host.ts'

describe('password hashes', () => {
  it('are Argon2id with a salt and parameters each, and match only their password', async () => {
    const passwords = createPasswordHasher()
    const [one, other] = await Promise.all([passwords.hash(password), passwords.hash(password)])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(one).not.toBe(other)
    expect(await passwords.matches(password, one)).toBe(true)
    expect(await passwords.matches(`${password} `, one)).toBe(false)
    expect(await passwords.matches(password, undefined)).toBe(false)
    // The same characters in two Unicode forms.
    expect(await passwords.matches('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait'))).toBe(true)
  })

  it('are computed a few at a time, and refused if too many wait', async () => {
    const passwords = createPasswordHasher({ runningMax: 1, waitingMax: 3 })
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => passwords.hash(password)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    const refused = all.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(refused.reason).toMatchObject({ code: 'busy', status: 429 })
    expect(await passwords.hash(password)).toMatch(/^\$argon2id/)
  })
})
