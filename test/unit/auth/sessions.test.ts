import { describe, expect, it } from 'vitest'
import { password } from './support/auth-host.ts'
import { host, me, newcomer, useAuthHost } from './support/use-auth-host.ts'

useAuthHost()

const refresh = (refreshToken: string) => host.ask('/api/v1/auth/refresh', { json: { refreshToken } })
const minutes = (count: number) => count * 60_000

describe('a session', () => {
  it('has access tokens of ten minutes, and continues with the next', async () => {
    const { accessToken, refreshToken } = await newcomer()
    host.clock.ms += minutes(10) - 1000
    expect((await me(accessToken)).status).toBe(200)
    host.clock.ms += 1000
    expect((await me(accessToken)).body.error.code).toBe('invalid_token')
    const next = await refresh(refreshToken)
    expect(next.body).toMatchObject({ tokenType: 'Bearer', expiresInSeconds: 600 })
    expect((await me(next.body.accessToken)).status).toBe(200)
  })

  it('ends when a refresh token is used a second time, with all its tokens', async () => {
    const { accessToken, refreshToken } = await newcomer()
    const second = await refresh(refreshToken)
    const third = await refresh(second.body.refreshToken)
    expect((await me(third.body.accessToken)).status).toBe(200)
    expect((await refresh(refreshToken)).body.error.code).toBe('session_over')
    for (const token of [accessToken, second.body.accessToken, third.body.accessToken])
      expect((await me(token)).status).toBe(401)
    expect((await refresh(third.body.refreshToken)).status).toBe(401)
    const ended = (await host.scan()).find(({ endedBy }) => endedBy === 'replayed')
    expect(ended).toMatchObject({ endedAt: host.now().toISOString() })
  })

  it('answers one of ten simultaneous refreshes with the same token, and ends', async () => {
    const { refreshToken } = await newcomer()
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(401)])
    const winner = answers.find(({ status }) => status === 200)
    expect((await me(winner?.body.accessToken)).status).toBe(401)
    expect((await refresh(winner?.body.refreshToken)).status).toBe(401)
  })

  it('survives a forged refresh token', async () => {
    const { accessToken, refreshToken } = await newcomer()
    for (const made of [
      `rt_${'0'.repeat(64)}`,
      `${refreshToken}0`,
      refreshToken.toUpperCase(),
      accessToken.slice(0, 200),
    ])
      expect((await refresh(made)).status).toBe(401)
    expect((await me(accessToken)).status).toBe(200)
  })

  it('ends with a logout by either token, repeatably, and leaves other sessions open', async () => {
    const mine = await newcomer()
    const other = (await host.login(mine.username)).body
    const logout = (json: object | undefined, token?: string) =>
      host.ask('/api/v1/auth/logout', { method: 'POST', ...(json && { json }), ...(token && { token }) })
    expect((await logout({ refreshToken: mine.refreshToken })).status).toBe(204)
    expect((await logout({ refreshToken: mine.refreshToken })).status).toBe(204)
    expect((await me(mine.accessToken)).status).toBe(401)
    expect((await me(other.accessToken)).status).toBe(200)
    expect((await logout(undefined, other.accessToken)).status).toBe(204)
    expect((await me(other.accessToken)).status).toBe(401)
    expect((await refresh(other.refreshToken)).status).toBe(401)
    expect((await logout(undefined)).status).toBe(401)
    expect((await logout({ refreshToken: 'rt_none' })).status).toBe(204)
  })

  it('ends after 14 days without a refresh, and after 30 days in any case', async () => {
    const idle = await newcomer()
    host.clock.ms += 14 * minutes(1440)
    expect((await refresh(idle.refreshToken)).status).toBe(401)
    let { refreshToken } = await newcomer()
    for (let day = 0; day < 28; day += 7) {
      host.clock.ms += 7 * minutes(1440)
      const next = await refresh(refreshToken)
      expect(next.status, `day ${day}`).toBe(200)
      refreshToken = next.body.refreshToken
    }
    host.clock.ms += 2 * minutes(1440)
    expect((await refresh(refreshToken)).status).toBe(401)
  })

  it('is not started with a password that was changed during the login', async () => {
    const json = { currentPassword: password, newPassword: 'changed meanwhile' }
    for (let round = 0; round < 5; round++) {
      const { username, accessToken } = await newcomer()
      const [changed, ...logins] = await Promise.all([
        host.ask('/api/v1/auth/password', { token: accessToken, json }),
        ...Array.from({ length: 6 }, () => host.login(username)),
      ])
      expect(changed?.status).toBe(204)
      host.clock.ms += 1
      const begun = logins.filter(({ status }) => status === 200)
      for (const { body } of begun) expect((await me(body.accessToken)).status).toBe(401)
      if (begun.length > 0) return
    }
    throw new Error('no login began while the password was changed')
  })
})
