import { Hono } from 'hono'
import { beforeAll, describe, expect, it } from 'vitest'
import { addWhoamiRoute } from '../../../functions/hub/whoami.ts'
import { authenticate } from '../../../shared/auth/middleware.ts'
import { createVerifier } from '../../../shared/auth/verify.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import type { Person } from './support/auth-host.ts'
import { host, useAuthHost } from './support/use-auth-host.ts'

useAuthHost()

let ada: Person
beforeAll(async () => {
  ada = await host.person('Ada')
  for (const name of ['Acme', 'beta']) await host.ask('/api/v1/owners', { token: ada.accessToken, json: { name } })
})

async function whoami(token: string) {
  const table = guardedTable(host.table, tableAccess.hub)
  const app = new Hono<HttpEnvironment>()
  app.use(authenticate(createVerifier({ table, now: host.now })))
  addWhoamiRoute(app, { table })
  const answer = await app.request('/api/whoami-v2', { headers: { authorization: `Bearer ${token}` } })
  return (await answer.json()) as { orgs: object[]; auth: { accessToken: { role: string; displayName: string } } }
}

describe('whoami', () => {
  it('tells Hub clients who they are and where they may write', async () => {
    expect(await whoami(ada.accessToken)).toMatchObject({
      type: 'user',
      name: 'Ada',
      email: 'Ada@example.com',
      orgs: [
        { type: 'org', name: 'Acme', roleInOrg: 'admin' },
        { type: 'org', name: 'beta', roleInOrg: 'admin' },
      ],
      auth: { accessToken: { displayName: 'session', role: 'write', createdAt: host.now().toISOString() } },
    })
  })

  it('tells the role of the key', async () => {
    const roles = [
      [{ scopes: ['read'] }, 'read'],
      [{ scopes: ['write'] }, 'write'],
      [{ scopes: ['infer'] }, 'fineGrained'],
      [{ scopes: ['write'], limit: 'acme' }, 'fineGrained'],
    ] as const
    for (const [json, role] of roles) {
      const made = await host.ask('/api/v1/keys', { token: ada.accessToken, json: { name: 'its name', ...json } })
      const { accessToken } = (await whoami(made.body.token)).auth
      expect(accessToken).toMatchObject({ role, displayName: 'its name' })
    }
  })
})
