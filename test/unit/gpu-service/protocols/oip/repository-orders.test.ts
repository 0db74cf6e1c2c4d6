import { afterAll, describe, expect, it } from 'vitest'
import { makeKey, makeUser } from '../../../../support/make-key.ts'
import { tensorsModel } from '../../support/oip-requests.ts'
import { done, said, slow, startRepository } from '../../support/repository-orders.ts'
import { deployTargets, publishTarget } from '../../support/test-deployments.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

const { host, order, indexed, metric, sleeping } = await startRepository()
afterAll(() => host.close())

describe('loading and unloading', () => {
  it('requires write access to the owner, and hides the model from strangers', async () => {
    const [owner, stranger] = await Promise.all([makeUser(host.table), makeUser(host.table)])
    const named = { ...tensorsModel('private', simpleGraph()), repo: `${owner.username}/private` }
    await deployTargets(host, { name: 'private', targets: [await publishTarget(host, named)], min: 0 })
    await expect.poll(() => indexed('private'), slow).toMatchObject({ state: 'READY' })
    const of = (user: typeof owner, ...scopes: ('write' | 'infer')[]) => makeKey(host.table, { user, scopes })
    const statuses = async (token: string) => {
      const orders = (['load', 'unload'] as const).map((verb) => order(verb, 'private', { json: {}, token }))
      return (await Promise.all(orders)).map(({ status }) => status)
    }
    expect(await statuses(await of(owner, 'write'))).toEqual([200, 200])
    expect(await statuses(await of(owner, 'infer'))).toEqual([403, 403])
    expect(await statuses(await of(stranger, 'write', 'infer'))).toEqual([404, 404])
    expect((await order('load', 'private', { token: null })).status).toBe(401)
  })

  it.each([
    ['x-request-timeout', '5'],
    ['x-stainless-timeout', '19.9995'],
  ])('respects the time limit of the request: %s %s', async (header, seconds) => {
    const name = header.replace('timeout', 'timed')
    await sleeping(name)
    const headers = { [header]: seconds }
    expect(await order('load', name, { json: {}, headers })).toMatchObject(done)
    expect(await order('unload', name, { json: {}, headers })).toMatchObject(done)
  })

  it("answers 503 with Retry-After if the load takes longer than the request's limit", async () => {
    await sleeping('late')
    const headers = { 'x-request-timeout': '0.000001' }
    const { status, body, headers: told } = await order('load', 'late', { json: {}, headers })
    expect([status, body, told.get('retry-after')]).toEqual([
      503,
      said('longer than the time limit of the request'),
      '1',
    ])
    // It is loaded all the same.
    const loads = () => metric('model_loading_duration_seconds_count{deployment="late"')
    await expect.poll(loads, slow).toBe(1)
    expect(await order('load', 'late')).toMatchObject(done)
  })
})
