import { describe, expect, it } from 'vitest'
import { createToken, hashToken } from '../../../shared/auth/token.ts'
import { adminKeyHolder, bootstrapAdmin, createVerifier } from '../../../shared/auth/verify.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { type ApiKeyItem, createApiKey, newKeyId } from '../../../shared/table/api-keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import { ada, newKey, useAda } from './support/keys-of-ada.ts'
import { host } from './support/use-auth-host.ts'

useAda()

describe('a token', () => {
  it('identifies its user and organisations, with only the table access of each deployable', async () => {
    await host.ask('/api/v1/owners', { token: ada.accessToken, json: { name: 'Acme' } })
    const { token, id } = await newKey()
    for (const role of ['registry', 'hub', 'inference'] as const) {
      const verify = createVerifier({ table: guardedTable(host.table, tableAccess[role]), now: host.now })
      const user = { userId: ada.id, username: 'ada', role: 'member', owners: { acme: 'admin' } }
      expect(await verify(token), role).toEqual({ ...user, keyId: id, scopes: ['read'] })
      expect(await verify(ada.accessToken), role).toMatchObject({ ...user, scopes: ['admin'] })
    }
  })

  it('cannot be created or signed by those deployables, which cannot read passwords either', async () => {
    const stored = await host.scan()
    const secret = stored.filter(({ pk }) => /^(?:PASSWORD|SIGNING|REFRESH|EMAIL)#/.test(String(pk)))
    expect(new Set(secret.map(({ pk }) => String(pk).split('#')[0])).size).toBe(4)
    for (const [role, access] of Object.entries(tableAccess)) {
      // Backup and restore reach every item; they answer no strangers and read no file of a stranger.
      if (role === 'auth' || role === 'maintenance') continue
      const table = guardedTable(host.table, access)
      for (const { pk, sk } of secret)
        await expect(table.get({ pk: String(pk), sk: String(sk) }), `${role} ${pk}`).rejects.toThrow('AccessDenied')
      for (const key of [keys.user('x'), keys.apiKey('x'), keys.verifyingKey('x'), keys.membership('x', 'acme')])
        await expect(table.put({ ...key }), role).rejects.toThrow('AccessDenied')
    }
  })

  it('is refused from the next request after its key or user is gone', async () => {
    const { token, id } = await newKey()
    const verify = createVerifier({ table: host.table, now: host.now })
    const refused = () => expect(verify(token)).rejects.toMatchObject({ code: 'invalid_token', status: 401 })
    const user = await host.table.get<Record<string, string>>(keys.user(ada.id))
    await verify(token)
    await host.table.put({ ...keys.user(ada.id), ...user, disabledAt: 'now' })
    await refused()
    await host.table.delete(keys.user(ada.id))
    await refused()
    await host.table.put({ ...keys.user(ada.id), ...user })
    expect((await verify(token)).username).toBe('ada')
    await host.table.put({ ...keys.membership(ada.id, 'late'), owner: 'late', name: 'Late', role: 'read' })
    expect((await verify(token)).owners).toMatchObject({ late: 'read' })
    await host.table.delete(keys.membership(ada.id, 'late'))
    expect((await verify(token)).owners).not.toHaveProperty('late')
    await host.ask(`/api/v1/keys/${id}`, { method: 'DELETE', token: ada.accessToken })
    await refused()
  })

  it('is looked up once per request if it is known, with its current state, however many newer keys its user has', async () => {
    const { token, id } = await newKey()
    const reads: string[] = []
    const counted = (name: 'get' | 'queryAll') => (asked: never, options: never) => {
      reads.push(name)
      return host.table[name](asked, options)
    }
    const table = { ...host.table, get: counted('get'), queryAll: counted('queryAll') } as never
    const verify = createVerifier({ table, now: host.now })
    const readsOf = async () => {
      reads.length = 0
      expect(await verify(token)).toMatchObject({ userId: ada.id, username: 'ada', keyId: id, scopes: ['read'] })
      return reads.toSorted()
    }
    expect(await readsOf()).toEqual(['get', 'queryAll'])
    expect(await readsOf()).toEqual(['queryAll'])
    for (let newer = 1; newer <= 11; newer++) {
      const at = new Date(host.now().getTime() + newer)
      const item = { id: newKeyId(at), sha256: hashToken(createToken()), name: 'k', userId: ada.id, scopes: [] }
      await createApiKey(host.table, { ...item, createdAt: at.toISOString() })
    }
    await readsOf()
    expect(await readsOf()).toEqual(['get', 'queryAll'])
    const other = createVerifier({ table: host.table, now: host.now })
    await other(token)
    await host.ask(`/api/v1/keys/${id}`, { method: 'DELETE', token: ada.accessToken })
    for (const one of [verify, other]) await expect(one(token)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('is found by its hash if its other copy was restored under another id', async () => {
    const { token, id } = await newKey()
    const verify = createVerifier({ table: host.table, now: host.now })
    await verify(token)
    const own = await host.table.get<ApiKeyItem>(keys.apiKey(hashToken(token)))
    if (own === undefined) throw new Error('there is no such key')
    const again = newKeyId(new Date(host.now().getTime() + 1))
    await host.table.put({ ...own, ...keys.apiKey(own.sha256), id: again })
    await host.table.put({ ...own, ...keys.userKey(ada.id, again), id: again })
    await host.table.delete(keys.userKey(ada.id, id))
    for (let times = 0; times < 2; times++) expect(await verify(token)).toMatchObject({ keyId: again })
  })

  it('is refused if its user does not exist', async () => {
    const token = createToken()
    const item = { id: newKeyId(host.now()), sha256: hashToken(token), name: 'k', userId: 'ghost', scopes: [] }
    await createApiKey(host.table, { ...item, createdAt: host.now().toISOString() })
    await expect(createVerifier({ table: host.table })(token)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('of an invalid form is refused without reading the table', async () => {
    const broken = new Proxy({}, { get: () => () => Promise.reject(new Error('looked')) }) as never
    const verify = createVerifier({ table: broken })
    await expect(verify(undefined)).rejects.toMatchObject({ code: 'unauthenticated' })
    for (const token of ['', 'hello', `hf_${'x'.repeat(3000)}`, 'a.b', 'a.b.c.d', '..', 'a.b.c', '\u0000.\u0000.x'])
      await expect(verify(token), token).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('is read completely for a user in more organisations than one page of the table holds', async () => {
    const { person } = host
    const many = await person('joiner')
    const padding = 'x'.repeat(3000)
    await host.table.putMany(
      Array.from({ length: 500 }, (_, index) => ({
        ...keys.membership(many.id, `org${index}`),
        owner: `org${index}`,
        name: `org${index}`,
        role: 'read',
        padding,
      })),
    )
    const principal = await createVerifier({ table: host.table, now: host.now })(many.accessToken)
    expect(Object.keys(principal.owners)).toHaveLength(500)
  })
})

describe("the installation's own key", () => {
  it('is recognised each time it comes, and no other key is', () => {
    const [admin, other] = [createToken(), createToken()]
    const holderOf = adminKeyHolder(hashToken(admin))
    for (const _time of [1, 2]) {
      expect(holderOf(other)).toBeUndefined()
      expect(holderOf(admin)).toBe(bootstrapAdmin)
    }
    expect(holderOf(`${admin}x`)).toBeUndefined()
    expect(adminKeyHolder(undefined)(admin)).toBeUndefined()
  })
})
