import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVerifier } from '../../../shared/auth/verify.ts'
import { keys } from '../../../shared/table/keys.ts'
import { type AuthHost, password, startAuthHost } from './support/auth-host.ts'

let host: AuthHost
let count = 0
beforeAll(async () => {
  host = await startAuthHost({ registration: 'open' })
})
afterAll(() => host.close())

const person = () => host.person(`person${count++}`)
const refresh = (refreshToken: string) => host.ask('/api/v1/auth/refresh', { json: { refreshToken } })
const me = (token: string) => host.ask('/api/v1/me', { token })
const minutes = (count: number) => count * 60_000

describe('a session', () => {
  it('is refused ten minutes after its token was signed, and goes on with the next', async () => {
    const { accessToken, refreshToken } = await person()
    host.clock.ms += minutes(10) - 1000
    expect((await me(accessToken)).status).toBe(200)
    host.clock.ms += 1000
    expect((await me(accessToken)).body.error.code).toBe('invalid_token')
    const next = await refresh(refreshToken)
    expect(next.body).toMatchObject({ tokenType: 'Bearer', expiresInSeconds: 600 })
    expect((await me(next.body.accessToken)).status).toBe(200)
  })

  it('ends when a refresh token comes a second time, with every token that came of it', async () => {
    const { accessToken, refreshToken } = await person()
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

  it('answers one of ten refreshes with the same token, and ends', async () => {
    const { refreshToken } = await person()
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(401)])
    const winner = answers.find(({ status }) => status === 200)
    expect((await me(winner?.body.accessToken)).status).toBe(401)
    expect((await refresh(winner?.body.refreshToken)).status).toBe(401)
  })

  it('does not end for a token that was never given', async () => {
    const { accessToken, refreshToken } = await person()
    for (const made of [
      `rt_${'0'.repeat(64)}`,
      `${refreshToken}0`,
      refreshToken.toUpperCase(),
      accessToken.slice(0, 200),
    ])
      expect((await refresh(made)).status).toBe(401)
    expect((await me(accessToken)).status).toBe(200)
  })

  it('ends with a logout, by either of its tokens and as often as one likes, and no other does', async () => {
    const mine = await person()
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

  it('is over after 14 days without a refresh, and after 30 whatever happens', async () => {
    const idle = await person()
    host.clock.ms += 14 * minutes(1440)
    expect((await refresh(idle.refreshToken)).status).toBe(401)
    let { refreshToken } = await person()
    for (let day = 0; day < 28; day += 7) {
      host.clock.ms += 7 * minutes(1440)
      const next = await refresh(refreshToken)
      expect(next.status, `day ${day}`).toBe(200)
      refreshToken = next.body.refreshToken
    }
    host.clock.ms += 2 * minutes(1440)
    expect((await refresh(refreshToken)).status).toBe(401)
  })

  it('is not begun with a password that was changed while it was compared', async () => {
    const { username, accessToken } = await person()
    const json = { currentPassword: password, newPassword: 'changed meanwhile' }
    for (let round = 0; round < 5; round++) {
      const [changed, ...logins] = await Promise.all([
        host.ask('/api/v1/auth/password', { token: accessToken, json }),
        ...Array.from({ length: 6 }, () => host.login(username)),
      ])
      if (changed?.status !== 204) continue
      host.clock.ms += 1
      for (const { body } of logins.filter(({ status }) => status === 200))
        expect((await me(body.accessToken)).status).toBe(401)
      return
    }
    throw new Error('the password was never changed')
  })
})

describe('an access token', () => {
  it('says who, for whom and until when, and by which key', async () => {
    const { accessToken, id } = await person()
    expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' })
    const claims = decodeJwt(accessToken)
    expect(claims).toMatchObject({ sub: id, iss: 'slipway', aud: 'slipway' })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(600)
    const published = await host.ask('/.well-known/jwks.json')
    expect(published.headers.get('cache-control')).toBe('public, max-age=300')
    const { kid } = decodeProtectedHeader(accessToken)
    expect(published.body.keys.find((key: { kid: string }) => key.kid === kid)).toMatchObject({
      alg: 'EdDSA',
      use: 'sig',
    })
    expect(published.body.keys.every((key: object) => !('d' in key))).toBe(true)
  })

  it('is refused when anything of it is not ours', async () => {
    const { accessToken, id } = await person()
    const [, payload = '', signature = ''] = accessToken.split('.')
    const header = decodeProtectedHeader(accessToken)
    const claims = decodeJwt(accessToken)
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const stored = (await host.scan()).filter(({ pk }) => pk === 'SIGNING#') as { kid: string; privateJwk: object }[]
    const ours = await importJWK(stored.find(({ kid }) => kid === header.kid)?.privateJwk ?? {}, 'EdDSA')
    const stranger = await generateKeyPair('EdDSA', { extractable: true })
    const sign = (key: typeof ours, { head = {}, body = {} }: { head?: object; body?: object }) =>
      new SignJWT({ ...claims, ...body }).setProtectedHeader({ ...header, alg: 'EdDSA', ...head }).sign(key)
    const publicJwk = (await host.ask('/.well-known/jwks.json')).body.keys[0]
    expect((await me(await sign(ours, {}))).status, 'the control').toBe(200)
    const forged = {
      'no signature': `${encode({ ...header, alg: 'none' })}.${payload}.`,
      'another algorithm, with the public key as its secret': await new SignJWT(claims)
        .setProtectedHeader({ ...header, alg: 'HS256' })
        .sign(Buffer.from(JSON.stringify(publicJwk))),
      'another key': await sign(stranger.privateKey, {}),
      'another key that it brings itself': await sign(stranger.privateKey, {
        head: { jwk: await exportJWK(stranger.publicKey) },
      }),
      'an unknown kid': await sign(ours, { head: { kid: 'none' } }),
      'another type': await sign(ours, { head: { typ: 'JWT' } }),
      'another issuer': await sign(ours, { body: { iss: 'other' } }),
      'another audience': await sign(ours, { body: { aud: 'other' } }),
      'no end': await sign(ours, { body: { exp: undefined } }),
      'an end in the past': await sign(ours, { body: { exp: Math.floor(host.clock.ms / 1000) - 1 } }),
      'another user': await sign(ours, { body: { sub: 'admin' } }),
      'no session': await sign(ours, { body: { sid: undefined } }),
      'another session': await sign(ours, { body: { sid: 'ses_none' } }),
      'a changed payload': `${accessToken.split('.')[0]}.${encode({ ...claims, sub: `${id}x` })}.${signature}`,
    }
    for (const [what, token] of Object.entries(forged)) expect((await me(token)).status, what).toBe(401)
  })

  it('is verified across a rotation of keys, by whoever read the keys before it too', async () => {
    const table = host.table
    const verify = createVerifier({ table, now: host.now })
    const before = await person()
    await verify(before.accessToken)
    const kidOf = (token: string) => decodeProtectedHeader(token).kid
    const published = async () =>
      (await host.ask('/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid)
    // Nearly 30 days on, the next key is published while the present one signs.
    host.clock.ms += 30 * minutes(1440) - minutes(10)
    const last = await person()
    const signing = kidOf(last.accessToken)
    const withNext = await published()
    expect(withNext).toHaveLength(2)
    host.clock.ms += minutes(14)
    const stillOld = await person()
    expect(kidOf(stillOld.accessToken)).toBe(signing)
    host.clock.ms += minutes(2)
    const rotated = await person()
    expect(kidOf(rotated.accessToken)).not.toBe(signing)
    expect(withNext).toContain(kidOf(rotated.accessToken))
    // Both keys verify until the last token of the old one is over; then the old one is gone.
    await verify(stillOld.accessToken)
    await verify(rotated.accessToken)
    host.clock.ms += minutes(11)
    expect((await published()).length).toBeLessThanOrEqual(2)
    host.clock.ms += minutes(5)
    expect(await published()).toEqual([kidOf(rotated.accessToken)])
  })

  it('is signed by one key, however many processes begin at once', async () => {
    const fresh = await startAuthHost({ registration: 'open' })
    await fresh.register('ada')
    const processes = Array.from({ length: 8 }, () => fresh.connect({ registration: 'open' }))
    const body = JSON.stringify({ login: 'ada', password })
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
    const answers = await Promise.all(processes.map((app) => app.request('/api/v1/auth/login', init)))
    const tokens = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { accessToken: string }).accessToken),
    )
    expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBe(1)
    expect((await fresh.scan()).filter(({ pk }) => pk === 'SIGNING#')).toHaveLength(1)
    await fresh.close()
  })

  it('is refused within a minute where its key is taken away', async () => {
    const { accessToken } = await person()
    const verify = createVerifier({ table: host.table, now: host.now })
    await verify(accessToken)
    for (const { pk, sk } of await host.scan())
      if (pk === keys.verifyingKey('').pk) await host.table.delete({ pk, sk: String(sk) })
    host.clock.ms += minutes(1) + 1
    await expect(verify(accessToken)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('is signed by a new key where only a private half was taken away', async () => {
    const fresh = await startAuthHost({ registration: 'open' })
    const { accessToken } = await fresh.person('ada')
    for (const { pk, sk } of await fresh.scan())
      if (pk === keys.signingKey('').pk) await fresh.table.delete({ pk, sk: String(sk) })
    fresh.clock.ms += minutes(2)
    const { body } = await fresh.login('ada')
    expect(decodeProtectedHeader(body.accessToken).kid).not.toBe(decodeProtectedHeader(accessToken).kid)
    for (const token of [accessToken, body.accessToken])
      expect((await fresh.ask('/api/v1/me', { token })).status).toBe(200)
    await fresh.close()
  })
})
