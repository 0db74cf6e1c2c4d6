import { describe, expect, it } from 'vitest'
import { endOfImport } from '../../../functions/ingest/steps/end-import.ts'
import { newEvent, recordEvent } from '../../../shared/table/audit.ts'
import { getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { adminToken, password } from './support/counted-host.ts'
import { host, useCountedHost } from './support/use-counted-host.ts'

useCountedHost()

const latest = async () => (await host.events()).at(-1)

describe('the audit log', () => {
  it('records who did what to what, when, from where, and the outcome', async () => {
    const ada = await host.person('ada')
    host.clock.ms += 1000
    const headers = { 'x-request-id': 'r-1', 'x-forwarded-for': '198.51.100.1' }
    await host.ask('/api/v1/owners', { json: { name: 'acme' }, token: ada.token, headers, address: '192.0.2.9' })
    expect(await latest()).toMatchObject({
      at: host.now().toISOString(),
      actor: { userId: ada.id, username: 'ada', keyId: expect.stringMatching(/^ses_/) },
      action: 'owner.create',
      owner: 'acme',
      target: 'owners/acme',
      outcome: { result: 'done', status: 201 },
      from: '192.0.2.9',
      requestId: 'r-1',
    })
  })

  it('records the actor and the changed account by their names at the time', async () => {
    const gil = await host.person('gil')
    await host.ask('/api/v1/auth/login', { json: { login: 'gil', password } })
    const session = { userId: gil.id, username: 'gil', keyId: expect.stringMatching(/^ses_/) }
    expect(await latest()).toMatchObject({ action: 'auth.login', owner: 'gil', actor: session })
    await host.ask('/api/v1/auth/refresh', { json: { refreshToken: gil.refreshToken } })
    expect(await latest()).toMatchObject({ action: 'auth.refresh', owner: 'gil', actor: session })
    host.clock.ms += 1000
    await host.asAdmin(`/api/v1/auth/users/${gil.id}`, { method: 'PATCH', json: { newPassword: 'aaaaaaaaaaaa' } })
    const target = `auth/users/${gil.id}`
    expect(await latest()).toMatchObject({ owner: 'gil', target, outcome: { result: 'refused' } })
    host.clock.ms += 1000
    await host.asAdmin(`/api/v1/auth/users/${gil.id}`, { method: 'PATCH', json: { role: 'admin' } })
    expect(await latest()).toMatchObject({ action: 'user.change', owner: 'gil', target, outcome: { result: 'done' } })

    const { body } = await host.ask('/api/v1/imports', {
      json: { source: 'hf://x/y', repo: 'gil/y' },
      token: gil.token,
    })
    const item = await getImport(host.table, body.id)
    if (item === undefined) throw new Error('the import is gone')
    const ended = async (of: ImportItem) => {
      await host.table.transact(endOfImport({ item: of, from: 'PENDING', state: 'FAILED', now: host.now() }))
      return (await host.events()).findLast((event) => event.action === 'import.end')
    }
    expect((await ended(item))?.actor).toEqual({ userId: gil.id, username: 'gil' })
    const again = await host.ask('/api/v1/imports', { json: { source: 'hf://x/y', repo: 'gil/y' }, token: gil.token })
    const { createdByName: _, ...before } = (await getImport(host.table, again.body.id)) ?? item
    expect((await ended(before))?.actor).toEqual({ userId: gil.id })
  })

  it('records refusals of members, strangers and invalid bodies', async () => {
    const bob = await host.person('bob')
    await host.ask('/api/v1/owners/acme', { method: 'DELETE', token: bob.token })
    expect(await latest()).toMatchObject({ action: 'owner.delete', owner: 'acme', outcome: { result: 'refused' } })
    await host.ask('/api/v1/owners', { json: { name: 'taken' } })
    const event = await latest()
    expect(event).toMatchObject({ action: 'owner.create', outcome: { status: 401, code: 'unauthenticated' } })
    expect(event).not.toHaveProperty('actor')
    await host.ask('/api/v1/imports', { json: { source: 'ftp://x' }, token: bob.token })
    expect(await latest()).toMatchObject({ action: 'import.create', outcome: { status: 400 } })
  })

  it('records a refused deployment by its own name, like a created one', async () => {
    const ask = async (json: object) => {
      await host.asAdmin('/api/v1/deployments', { json })
      return latest()
    }
    const refused = { action: 'deployment.create', outcome: { result: 'refused' } }
    const named = await ask({ target: 'acme/none@main', name: 'iris' })
    expect(named).toMatchObject({ ...refused, owner: 'acme', target: 'deployments/iris' })
    expect(await ask({ target: 'acme/Big_Model' })).toMatchObject({ ...refused, target: 'deployments/big-model' })
    const owned = await ask({ targets: [{ target: 'acme/none' }], name: 'iris', owner: 'other' })
    expect(owned).toMatchObject({ ...refused, owner: 'other', target: 'deployments/iris' })
  })

  it('records actions of the Hub protocol under the same names, and no reads', async () => {
    await host.asAdmin('/api/repos/create', { json: { name: 'model', organization: 'acme' } })
    expect(await latest()).toMatchObject({ action: 'repo.create', owner: 'acme', outcome: { status: 200 } })
    const before = (await host.events()).length
    const paths = { paths: ['config.json'] }
    await host.asAdmin('/api/models/acme/model/paths-info/main', { json: paths })
    await host.asAdmin('/api/validate-yaml', { json: { content: '', repoType: 'model' } })
    await host.asAdmin('/acme/model.git/info/lfs/objects/batch', { json: { operation: 'download', objects: [] } })
    for (const path of ['/api/v1/me', '/api/models/acme/model', '/api/v1/repos']) await host.asAdmin(path)
    expect(await host.events()).toHaveLength(before)
    await host.asAdmin('/api/models/acme/model/tag/main', { json: { tag: 'v1' } })
    expect(await latest()).toMatchObject({ action: 'tag.create', owner: 'acme', target: 'models/acme/model/tag/main' })
  })

  it('contains no secret, wherever somebody sent one', async () => {
    const eve = await host.person('eve')
    const made = await host.ask('/api/v1/keys', { json: { name: 'k', scopes: ['admin'] }, token: eve.token })
    const key: string = made.body.token
    const secrets = [key, eve.token, eve.refreshToken, password, adminToken]
    for (const secret of secrets) {
      await host.ask(`/api/v1/keys/${secret}`, { method: 'DELETE', token: eve.token })
      await host.ask(`/api/models/eve/${encodeURIComponent(secret)}/tag/${secret}`, {
        json: { tag: secret },
        token: key,
      })
      await host.ask('/api/v1/keys', { json: { name: secret, scopes: ['read'] }, token: secret })
      await host.ask('/api/v1/owners', { json: { name: secret, token: secret }, token: key })
      await host.ask('/api/v1/imports', { json: { source: `hf://x/y@${secret}` }, token: key })
      await host.ask('/api/v1/auth/login', { json: { login: secret, password: secret } })
      await host.ask('/api/v1/auth/refresh', {
        json: { refreshToken: secret },
        headers: { 'x-request-id': secret.slice(0, 128) },
      })
    }
    const said = JSON.stringify(await host.events())
    expect((await host.events()).length).toBeGreaterThan(30)
    for (const secret of secrets) expect(said).not.toContain(secret)
  })

  it('can be added to, but not changed', async () => {
    const event = newEvent({ action: 'x.y', owner: 'acme', outcome: { result: 'done' } }, host.now())
    await recordEvent(host.table, event)
    await expect(recordEvent(host.table, { ...event, action: 'z.z' })).rejects.toThrow()
    expect(await latest()).toMatchObject({ action: 'x.y' })
  })

  it('cannot be filled by strangers', async () => {
    const before = (await host.events()).length
    for (let n = 0; n < 200; n++) await host.ask('/api/v1/owners', { json: { name: 'x' } })
    expect((await host.events()).length - before).toBeLessThanOrEqual(120)
    host.clock.ms += 60_000
    await host.ask('/api/v1/owners', { json: { name: 'x' } })
    expect((await host.events()).length - before).toBeGreaterThan(100)
  })
})
