import { describe, expect, it } from 'vitest'
import { beatReplica, getDeployment, reportReplica } from '../../../shared/table/deployments.ts'
import { freshDeployments, ifMatch } from './support/fresh-deployments.ts'

const fresh = freshDeployments('tagged')
const { create, read, patch, remove } = fresh

/** Reports a replica in this state for the current version of the deployment. */
async function report(state: 'LOADING' | 'READY'): Promise<void> {
  const { table, clock } = fresh.host
  const { name: deployment } = fresh.of
  const { revision = '', version = 0, createdAt = '' } = (await getDeployment(table, deployment)) ?? {}
  const now = new Date(clock.ms)
  const updatedAt = now.toISOString()
  await beatReplica(table, { pool: 'default', replica: { id: 'r', startedAt: updatedAt }, now })
  const status = { id: 'r', state, revision, observed: { version, createdAt }, updatedAt }
  await reportReplica(table, { deployment, pool: 'default', status, now })
}

const tagOf = ({ headers }: { headers: Headers }): string => headers.get('etag') ?? ''

describe('the ETag of a deployment', () => {
  it('changes with the state of its replicas, so that a waiting client sees it', async () => {
    await create()
    await report('LOADING')
    const loading = await read()
    expect(loading.body.state).toBe('LOADING')
    expect((await read({ headers: { 'if-none-match': tagOf(loading) } })).status).toBe(304)
    await report('READY')
    const ready = await read({ headers: { 'if-none-match': tagOf(loading) } })
    expect(ready).toMatchObject({ status: 200, body: { state: 'READY', version: 1 } })
    expect(tagOf(ready)).not.toBe(tagOf(loading))
  })

  it('stays the same while nothing changes, in whatever order the table returns attributes', async () => {
    const limits = { requestsPerSecond: 5, requestsPerDay: 1000, tokensPerMinute: 900, concurrency: 4 }
    const made = await create({ limits })
    for (let times = 0; times < 8; times++)
      expect((await read({ headers: { 'if-none-match': tagOf(made) } })).status, `time ${times}`).toBe(304)
  })

  it('admits a change whatever replicas reported since, but not after another change', async () => {
    const made = await create()
    await report('READY')
    const first = ifMatch(tagOf(made))
    const changed = await patch({ min: 2 }, first)
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } })
    for (const refused of [await patch({ min: 3 }, first), await remove(first)])
      expect(refused).toMatchObject({ status: 412, body: { error: { code: 'precondition_failed' } } })
    expect((await remove(ifMatch(tagOf(changed)))).status).toBe(204)
  })

  it('is repeated with a replayed creation', async () => {
    const once = { headers: { 'idempotency-key': fresh.of.name } }
    const first = await create({}, once)
    await patch({ min: 2 })
    const again = await create({}, once)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect([again.status, tagOf(again), again.body]).toEqual([201, tagOf(first), first.body])
    expect(tagOf(first)).toMatch(/^"1-/)
  })

  it.each(['"one"', '"1-"', '"1-short"', '"-1"', '"1 2"'])('is refused if it is malformed: %s', async (tag) => {
    await create()
    const { status, body } = await patch({ min: 2 }, ifMatch(tag))
    expect([status, body.error.code, body.error.param]).toEqual([400, 'invalid_request', 'If-Match'])
  })
})
