import { beforeAll, describe, expect, it } from 'vitest'
import { createHubApp } from '../../../functions/hub/app.ts'
import { createToken, hashToken } from '../../../shared/auth/token.ts'
import { createVerifier } from '../../../shared/auth/verify.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import { putRepo } from '../../support/put-repo.ts'
import { ada, create, eve, grace, set, usePeople } from '../auth/support/organisations.ts'
import { host } from '../auth/support/use-auth-host.ts'
import type { Answer } from '../registry/support/repo-host.ts'
import { second, sized } from './support/read-hub.ts'

usePeople()
beforeAll(async () => {
  await create(ada, 'Acme')
  await create(ada, 'other')
  await set(ada, 'acme', grace, 'read')
  await putRepo(host.table, { name: 'Acme/one', revisions: { [second]: [sized('a.txt')] } })
  await putRepo(host.table, { name: 'Acme/rows', kind: 'dataset', visibility: 'public' })
  await putRepo(host.table, { name: 'other/hidden' })
})

const adminKey = createToken()

async function ask(path: string, token: string | undefined) {
  const table = guardedTable(host.table, tableAccess.hub)
  const options = { table, objects: {} as never, ingest: {} as never, metrics: createMetrics() }
  const verify = createVerifier({ table, adminKeySha256: hashToken(adminKey), now: host.now })
  const app = createHubApp({ ...options, verify, log: createLogger({ level: 'silent' }), now: host.now })
  const answer = await app.request(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
}

const keyOf = async (json: object) => {
  const made = await host.ask('/api/v1/keys', { token: ada.accessToken, json: { name: 'k', ...json } })
  return made.body.token as string
}

describe('the overview of a user', () => {
  it('is for the user, in any case of the name, with their organisations', async () => {
    const { body } = await ask('/api/users/ADA/overview', ada.accessToken)
    expect(body).toMatchObject({ user: 'Ada', type: 'user', orgs: [{ name: 'Acme' }, { name: 'other' }] })
  })

  it('shows a fellow member only the organisations of both', async () => {
    const { body } = await ask('/api/users/Ada/overview', grace.accessToken)
    expect(body).toMatchObject({ user: 'Ada', orgs: [{ name: 'Acme' }] })
    expect(JSON.stringify(body)).not.toMatch(/other|example\.com/)
  })

  it('is hidden from everyone else as if there were no such user', async () => {
    for (const [name, token] of [
      ['Ada', eve.accessToken],
      ['nobody', eve.accessToken],
      ['acme', grace.accessToken],
      ['a'.repeat(3000), grace.accessToken],
      ['grace', await keyOf({ scopes: ['read'], limit: 'other' })],
    ] as const)
      expect([name, (await ask(`/api/users/${name}/overview`, token)).status]).toEqual([name, 404])
    expect((await ask('/api/users/Ada/overview', undefined)).status).toBe(401)
    expect((await ask('/api/users/Ada/overview', await keyOf({ scopes: ['infer'] }))).status).toBe(403)
  })
})

describe('an organisation', () => {
  it('shows its members who else is one', async () => {
    const { body } = await ask('/api/organizations/acme/overview', grace.accessToken)
    expect(body).toMatchObject({ type: 'org', name: 'Acme', numUsers: 2 })
    const members = await ask('/api/organizations/acme/members', grace.accessToken)
    expect(members.body.map(({ user, role }: Record<string, string>) => `${user} ${role}`).toSorted()).toEqual([
      'Ada admin',
      'grace read',
    ])
  })

  it('is hidden from others, and is no user', async () => {
    for (const what of ['overview', 'members', 'settings/repositories'])
      expect([what, (await ask(`/api/organizations/acme/${what}`, eve.accessToken)).status]).toEqual([what, 404])
    const { status, headers } = await ask('/api/organizations/ada/overview', ada.accessToken)
    expect([status, headers.get('x-error-message')]).toEqual([404, '"Ada" is a user, not an organisation.'])
  })
})

describe('the repos of a namespace with their sizes', () => {
  it('are those of an organisation, of both kinds', async () => {
    const { body } = await ask('/api/organizations/acme/settings/repositories', grace.accessToken)
    expect(body.toSorted((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1))).toMatchObject([
      { id: 'Acme/one', type: 'model', visibility: 'private', storage: 5, updatedAt: expect.any(String) },
      { id: 'Acme/rows', type: 'dataset', visibility: 'public', storage: 0, storagePercent: 0 },
    ])
  })

  it('are not those of a namespace that is not there, also for an admin of the platform', async () => {
    const { status } = await ask('/api/organizations/nobody/settings/repositories', adminKey)
    expect(status).toBe(404)
  })

  it("are the caller's own where no organisation is named", async () => {
    await putRepo(host.table, { name: 'Ada/mine' })
    const { body } = await ask('/api/settings/repositories', ada.accessToken)
    expect(body).toMatchObject([{ id: 'Ada/mine' }])
    expect((await ask('/api/settings/repositories', undefined)).status).toBe(401)
  })
})

describe('a part of the public Hub that is missing here', () => {
  it.each([
    ['/api/users/Ada/followers', /followers/],
    ['/api/models/Acme/one/likers', /likes/],
    ['/api/models/Acme/one/user-access-request/pending', /not gated/],
    ['/api/collections?owner=Ada', /collections/],
    ['/api/settings/webhooks', /webhooks/],
  ])('is refused by its name: %s', async (path, message) => {
    const { status, headers } = await ask(path, ada.accessToken)
    expect([status, headers.get('x-error-message')]).toEqual([501, expect.stringMatching(message)])
  })

  it('is an empty list of Spaces, which clients ask for beside models', async () => {
    expect(await ask('/api/spaces?author=Ada', undefined)).toMatchObject({ status: 200, body: [] })
  })
})

describe('the words that models can be filtered by', () => {
  it('are the tasks and libraries of the Hub, for anyone', async () => {
    const { status, body } = await ask('/api/models-tags-by-type', undefined)
    expect(status).toBe(200)
    expect(body.pipeline_tag).toContainEqual({ id: 'fill-mask', label: 'fill-mask', type: 'pipeline_tag' })
    expect(body.library.map(({ id }: { id: string }) => id)).toContain('transformers')
  })
})
