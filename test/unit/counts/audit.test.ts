import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthApp } from '../../../functions/auth/app.ts'
import { createHubApp } from '../../../functions/hub/app.ts'
import { hubActions } from '../../../functions/hub/hub-actions.ts'
import { endOfImport } from '../../../functions/ingest/steps/end-import.ts'
import { createRegistryApp } from '../../../functions/registry/app.ts'
import { routes } from '../../../shared/contract/routes.ts'
import { matchActions } from '../../../shared/http/audit-actions.ts'
import { actionsOf } from '../../../shared/http/audit-platform-actions.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { newEvent, recordEvent } from '../../../shared/table/audit.ts'
import { getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { type Answer, adminToken, type CountedHost, password, startCountedHost } from './support/counted-host.ts'

let host: CountedHost
beforeAll(async () => {
  host = await startCountedHost()
})
afterAll(() => host.close())

const latest = async () => (await host.events()).at(-1)

describe('the audit log', () => {
  it('tells who did what to what, when, from where, and how it ended', async () => {
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

  it('names who did it, and whose account was changed, as they were called at the time', async () => {
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

  it('tells of refusals too: of members, of strangers, of wrong bodies', async () => {
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

  it('calls a deployment that was refused by its own name, as one that was made', async () => {
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

  it('tells of the Hub protocol by the same names, and not of what only asks', async () => {
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

  it('knows every route that writes, in every app', () => {
    const options = { table: host.table, objects: {}, ingest: {}, version: '0', metrics: createMetrics() } as never
    const asks = /\/(?:paths-info|preupload)\/|^\/api\/validate-yaml$|^\/api\/uploads\/|\/lfs-files/
    const apps = [createRegistryApp(options), createAuthApp(options)].map((app) => ({
      app,
      patterns: actionsOf(routes),
    }))
    for (const { app, patterns } of [...apps, { app: createHubApp(options), patterns: hubActions }]) {
      const actionOf = matchActions(patterns)
      const writing = app.routes.filter(
        ({ method, path }) => !['GET', 'HEAD', 'ALL'].includes(method) && !path.endsWith('*'),
      )
      expect(writing.length).toBeGreaterThan(2)
      for (const { method, path } of writing) {
        if (asks.test(path)) continue
        const asked = path.replaceAll(/:\w+(?:\{[^}]+\})?/g, 'x')
        expect(actionOf({ method, path: asked })?.action, `${method} ${path}`).toMatch(/^[a-zA-Z]+\.[a-zA-Z]+$/)
      }
    }
  })

  it('holds no secret, wherever somebody put one', async () => {
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

  it('is written before the answer, which is 500 where it could not be; what was refused stays refused', async () => {
    const broken = host.connect((table) => ({
      ...table,
      transact: async (actions) => {
        if (actions.some((action) => 'put' in action && action.put.pk.startsWith('AUDIT#')))
          throw new Error('the table is away')
        await table.transact(actions)
      },
    }))
    const made = await broken('/api/v1/owners', { json: { name: 'unheard' }, token: adminToken })
    expect(made).toMatchObject({ status: 500, body: { error: { code: 'not_recorded' } } })
    expect((await broken('/api/v1/owners', { json: { name: 'unheard' }, token: adminToken })).status).toBe(409)
  })

  it('can be added to, and neither changed nor taken from', async () => {
    const event = newEvent({ action: 'x.y', owner: 'acme', outcome: { result: 'done' } }, host.now())
    await recordEvent(host.table, event)
    await expect(recordEvent(host.table, { ...event, action: 'z.z' })).rejects.toThrow()
    expect(await latest()).toMatchObject({ action: 'x.y' })
  })

  it('is not filled by strangers', async () => {
    const before = (await host.events()).length
    for (let n = 0; n < 200; n++) await host.ask('/api/v1/owners', { json: { name: 'x' } })
    expect((await host.events()).length - before).toBeLessThanOrEqual(120)
    host.clock.ms += 60_000
    await host.ask('/api/v1/owners', { json: { name: 'x' } })
    expect((await host.events()).length - before).toBeGreaterThan(100)
  })
})

describe('reading the audit log', () => {
  const idsOf = ({ body }: Answer): string[] => body.items.map(({ id }: { id: string }) => id)
  const inSteps = async (count: number, act: (n: number) => Promise<unknown>) => {
    for (let n = 0; n < count; n++) {
      host.clock.ms += 1000
      await act(n)
    }
  }

  it('shows admins of the platform everything, admins of an owner what is its, and everyone their own', async () => {
    const [fay, gus, hal] = [await host.person('fay'), await host.person('gus'), await host.person('hal')]
    await host.ask('/api/v1/owners', { json: { name: 'team' }, token: fay.token })
    await host.ask('/api/v1/owners/team/members/gus', { method: 'PUT', json: { role: 'write' }, token: fay.token })
    await host.ask('/api/v1/owners', { json: { name: 'guses' }, token: gus.token })

    const all = await host.asAdmin('/api/v1/audit?limit=100')
    expect(all.body.items.length).toBeGreaterThan(10)
    const team = await host.ask('/api/v1/audit?owner=team', { token: fay.token })
    expect(team.body.items.map(({ action }: { action: string }) => action)).toEqual(['member.set', 'owner.create'])
    expect((await host.ask('/api/v1/audit?owner=team', { token: gus.token })).status).toBe(403)
    expect((await host.ask('/api/v1/audit?owner=team', { token: hal.token })).status).toBe(404)
    expect((await host.ask('/api/v1/audit?actor=fay', { token: hal.token })).status).toBe(403)
    const own = await host.ask('/api/v1/audit', { token: gus.token })
    expect(own.body.items.every(({ actor }: { actor: { userId: string } }) => actor.userId === gus.id)).toBe(true)
    expect(own.body.items.map(({ owner }: { owner: string }) => owner)).toContain('guses')
    const asked = await host.asAdmin('/api/v1/audit?actor=gus')
    expect(idsOf(asked)).toEqual(idsOf(own))
    expect((await host.ask('/api/v1/audit')).status).toBe(401)
  })

  it('tells who takes a name nothing of who had it before', async () => {
    const [first, second] = [await host.person('firstling'), await host.person('secondling')]
    await host.ask('/api/v1/owners', { json: { name: 'handed' }, token: first.token })
    host.clock.ms += 1000
    await host.ask('/api/v1/owners/handed', { method: 'DELETE', token: first.token })
    host.clock.ms += 1000
    expect((await host.ask('/api/v1/owners', { json: { name: 'handed' }, token: second.token })).status).toBe(201)
    const { body } = await host.ask('/api/v1/audit?owner=handed', { token: second.token })
    const actors = body.items.map(({ actor }: { actor: { username: string } }) => actor.username)
    expect(actors).toEqual(['secondling'])
    expect((await host.asAdmin('/api/v1/audit?owner=handed')).body.items.length).toBeGreaterThanOrEqual(3)
  })

  it('gives every event once, newest first, page by page', async () => {
    await inSteps(7, (n) => host.asAdmin('/api/v1/owners', { json: { name: `paged-${n}` } }))
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await host.asAdmin(`/api/v1/audit?limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      expect(page.status).toBe(200)
      seen.push(...idsOf(page))
      cursor = page.body.cursor ?? ''
    } while (cursor !== '')
    const all = (await host.events()).map(({ id }) => id)
    expect(seen).toEqual(all.toReversed())
  })

  it('finds an action among others, and says that there is more where it stopped looking', async () => {
    const many = Array.from({ length: 1200 }, (_, n) =>
      newEvent({ action: 'noise.make', owner: 'noisy', outcome: { result: 'done' } }, new Date(host.clock.ms + n)),
    )
    const needle = newEvent({ action: 'needle.lose', owner: 'noisy', outcome: { result: 'done' } }, host.now())
    await recordEvent(host.table, needle)
    for (let at = 0; at < many.length; at += 50)
      await Promise.all(many.slice(at, at + 50).map((event) => recordEvent(host.table, event)))
    const first = await host.asAdmin('/api/v1/audit?owner=noisy&action=needle')
    expect(first.body).toMatchObject({ items: [], cursor: expect.any(String) })
    const next = await host.asAdmin(`/api/v1/audit?owner=noisy&action=needle&cursor=${first.body.cursor}`)
    expect(idsOf(next)).toEqual([needle.id])
    expect(next.body.cursor).toBeUndefined()
    host.clock.ms += 5000
  })

  it('is bounded by time at both ends', async () => {
    await inSteps(5, (n) => host.asAdmin('/api/v1/owners', { json: { name: `timed-${n}` } }))
    const at = (ago: number) => encodeURIComponent(new Date(host.clock.ms - ago).toISOString())
    const { body } = await host.asAdmin(`/api/v1/audit?after=${at(3000)}&before=${at(1000)}`)
    expect(body.items.map(({ target }: { target: string }) => target)).toEqual([
      'owners/timed-3',
      'owners/timed-2',
      'owners/timed-1',
    ])
    const none = await host.asAdmin(`/api/v1/audit?after=${at(1000)}&before=${at(3000)}`)
    expect(none).toMatchObject({ status: 200, body: { items: [] } })
  })

  it('refuses cursors that it never gave', async () => {
    for (const cursor of ['x', Buffer.from('["audit","evt_z"]').toString('base64url')])
      expect((await host.asAdmin(`/api/v1/audit?cursor=${cursor}`)).status).toBe(400)
  })
})
