import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createVerifier } from '../../../shared/auth/verify.ts'
import { keys } from '../../../shared/table/keys.ts'
import { password, startAuthHost } from './support/auth-host.ts'
import { host, me, newcomer, useAuthHost } from './support/use-auth-host.ts'

useAuthHost()

const minutes = (count: number) => count * 60_000

describe('an access token', () => {
  it('names its user, its audience, its end and the key that signed it', async () => {
    const { accessToken, id } = await newcomer()
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

  it('is refused if any part of it is forged', async () => {
    const { accessToken, id } = await newcomer()
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

  it('is verified across a key rotation, also by a process that read the keys before it', async () => {
    const table = host.table
    const verify = createVerifier({ table, now: host.now })
    const before = await newcomer()
    await verify(before.accessToken)
    const kidOf = (token: string) => decodeProtectedHeader(token).kid
    const published = async () =>
      (await host.ask('/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid)
    // Nearly 30 days on, the next key is published while the present one signs.
    host.clock.ms += 30 * minutes(1440) - minutes(10)
    const last = await newcomer()
    const signing = kidOf(last.accessToken)
    const withNext = await published()
    expect(withNext).toHaveLength(2)
    host.clock.ms += minutes(14)
    const stillOld = await newcomer()
    expect(kidOf(stillOld.accessToken)).toBe(signing)
    host.clock.ms += minutes(2)
    const rotated = await newcomer()
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

  it('is signed by one key, however many processes start at once', async () => {
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

  it('is refused within a minute after its key was removed', async () => {
    const { accessToken } = await newcomer()
    const verify = createVerifier({ table: host.table, now: host.now })
    await verify(accessToken)
    for (const { pk, sk } of await host.scan())
      if (pk === keys.verifyingKey('').pk) await host.table.delete({ pk, sk: String(sk) })
    host.clock.ms += minutes(1) + 1
    await expect(verify(accessToken)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('is signed by a new key if only a private key was removed', async () => {
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
