import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHubApp } from '../../../functions/hub/app.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'

let held: TestTable
beforeAll(async () => {
  held = await startTable()
})
afterAll(() => held.close())

it('names the namespace of a key’s user, not its id, and the organisations with the role there', async () => {
  const owners = { acme: 'write' as const }
  const principal = { userId: 'usr_1', username: 'ann', role: 'member' as const, keyId: 'k', scopes: ['read' as const] }
  const app = createHubApp({
    table: held.table,
    objects: {} as ObjectStore,
    ingest: { send: async () => {}, sendMany: async () => {} },
    verify: async () => ({ ...principal, owners }),
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
  })
  const answer = await app.request('/api/whoami-v2', { headers: { authorization: 'Bearer hf_x' } })
  expect(await answer.json()).toMatchObject({
    id: 'usr_1',
    name: 'ann',
    orgs: [{ type: 'org', name: 'acme', roleInOrg: 'write' }],
    auth: { accessToken: { role: 'read' } },
  })
  expect((await app.request('/api/whoami-v2')).status).toBe(401)
})
