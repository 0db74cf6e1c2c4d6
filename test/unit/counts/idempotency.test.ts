import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOnce, claimOnce } from '../../../shared/table/idempotency.ts'
import { adminToken, type CountedHost, startCountedHost } from './support/counted-host.ts'

let host: CountedHost
beforeAll(async () => {
  host = await startCountedHost()
})
afterAll(() => host.close())

let last = 0
const newKey = () => `k-${++last}`
const create = (name: string, key: string, token = adminToken) =>
  host.ask('/api/v1/owners', { json: { name }, token, headers: { 'idempotency-key': key } })

describe('a creation with an Idempotency-Key', () => {
  it('is done once, and answered the same every time', async () => {
    const key = newKey()
    const first = await create('once', key)
    const again = await create('once', key)
    expect(first.status).toBe(201)
    expect(again).toMatchObject({ status: 201, body: first.body })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(first.headers.has('idempotent-replayed')).toBe(false)
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
  })

  it('returns the same location every time', async () => {
    const { username, token } = await host.person('dot')
    const headers = { 'idempotency-key': newKey() }
    const make = () => host.ask('/api/v1/repos', { json: { name: `${username}/found` }, token, headers })
    const [first, again] = [await make(), await make()]
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(first.headers.get('location')).toContain(`${username}/found`)
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
  })

  it('without a key is done again, and finds the first', async () => {
    await create('plain', newKey())
    expect((await host.asAdmin('/api/v1/owners', { json: { name: 'plain' } })).status).toBe(409)
  })

  it('is done once if it is sent many times at once; the others are told to retry', async () => {
    const key = newKey()
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('crowd', key)))
    const fresh = answers.filter(({ status, headers }) => status === 201 && !headers.has('idempotent-replayed'))
    expect(fresh).toHaveLength(1)
    for (const { status, body, headers } of answers)
      if (status !== 201) {
        expect(body.error).toMatchObject({ code: 'idempotency_in_flight', retryable: true })
        expect(headers.get('retry-after')).toBe('1')
      }
    expect((await create('crowd', key)).status).toBe(201)
  })

  it('is refused for another request with the same key', async () => {
    const key = newKey()
    await create('mine', key)
    expect(await create('other', key)).toMatchObject({
      status: 422,
      body: { error: { code: 'idempotency_key_reused' } },
    })
    expect((await host.asAdmin('/api/v1/owners/other')).status).toBe(404)
  })

  it('does not share its key with another user', async () => {
    const key = newKey()
    const ada = await host.person('ada')
    const bob = await host.person('bob')
    const [one, two] = [await create('of-ada', key, ada.token), await create('of-bob', key, bob.token)]
    expect([one.status, two.status]).toEqual([201, 201])
    expect(two.body.name).toBe('of-bob')
  })

  it('is the same request if it is repeated with a key for one repo', async () => {
    const { username, token } = await host.person('cyd')
    await host.ask('/api/v1/repos', { json: { name: `${username}/first` }, token })
    const limited = { json: { name: 'k', scopes: ['write'], limit: `${username}/first` }, token }
    const { body: made } = await host.ask('/api/v1/keys', limited)
    await host.ask(`/api/v1/repos/${username}/first`, { method: 'DELETE', token })
    const undelete = { method: 'POST', token: made.token, headers: { 'idempotency-key': newKey() } }
    const answers = []
    for (let times = 0; times < 12; times++)
      answers.push(await host.ask(`/api/v1/repos/${username}/first/undelete`, undelete))
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200))
    expect(answers.filter(({ headers }) => headers.has('idempotent-replayed'))).toHaveLength(11)
  })

  it('that was refused is tried again', async () => {
    const key = newKey()
    expect((await create('not a name', key)).status).toBe(400)
    expect((await create('a-name', key)).status).toBe(201)
  })

  it('is forgotten after 24 hours', async () => {
    const key = newKey()
    await create('daily', key)
    host.clock.ms += 24 * 3_600_000 + 1000
    expect((await create('daily', key)).status).toBe(409)
  })

  it('whose process died is done again after a minute, and a late answer of the first changes nothing', async () => {
    const [key, fingerprint] = ['dead', 'f']
    const claimed = (claim: string) => claimOnce(host.table, { userId: 'u', key, fingerprint, claim, now: host.now() })
    expect(await claimed('first')).toBeUndefined()
    expect(await claimed('second')).toMatchObject({ state: 'running' })
    host.clock.ms += 61_000
    expect(await claimed('second')).toBeUndefined()
    await answerOnce(host.table, { userId: 'u', key, claim: 'first' }, { status: 201, body: 'late' })
    expect(await claimed('third')).toMatchObject({ state: 'running', claim: 'second' })
  })

  it('that returns a secret does not store it, and says so when it is repeated', async () => {
    const key = newKey()
    const headers = { 'idempotency-key': key }
    const ask = () => host.asAdmin('/api/v1/keys', { json: { name: 'k', scopes: ['read'] }, headers })
    const { status, body } = await ask()
    expect(status).toBe(201)
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'idempotency_answer_not_kept' } } })
    expect(JSON.stringify(await host.scan())).not.toContain(body.token)
  })

  it('needs a valid key', async () => {
    for (const key of ['a b', 'é', 'x'.repeat(256)]) expect((await create('odd', key)).status, key).toBe(400)
  })
})
