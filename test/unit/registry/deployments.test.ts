import { describe, expect, it } from 'vitest'
import { beatReplica, getDeployment, reportReplica } from '../../../shared/table/deployments.ts'
import { failureOf, freshDeployments, servable } from './support/fresh-deployments.ts'

const fresh = freshDeployments('served')
const { create, read, patch, remove } = fresh

/** Writes the report of a replica like the inference service. */
async function report(id: string, revision: string): Promise<void> {
  const { host, of } = fresh
  const now = new Date(host.clock.ms)
  await beatReplica(host.table, { pool: 'default', replica: { id, startedAt: now.toISOString() }, now })
  const ready = { state: 'READY', revision } as const
  const counts = { isResident: true, queued: 0, answered: 7, failed: 0 }
  const targets = [{ target: of.repo, file: 'model.onnx', ...ready, ...counts }]
  await reportReplica(host.table, {
    deployment: of.name,
    pool: 'default',
    status: { id, ...ready, targets, updatedAt: now.toISOString() },
    now,
  })
}

describe('a deployment', () => {
  it('is created with its settings, and returned if the same creation is repeated', async () => {
    const { repo } = fresh.of
    const asked = { target: repo, precision: 'fp32', min: 2, limits: { requestsPerSecond: 5 }, isolate: 'always' }
    const made = await create(asked)
    expect(made).toMatchObject({
      status: 201,
      body: { ...asked, target: `${repo}@main`, file: 'model.onnx', version: 1 },
    })
    expect(made.body).toMatchObject({ pool: 'default', stickyBy: 'session', targets: [{ weight: 1, follows: false }] })
    expect(made.headers.get('etag')).toMatch(/^"1-/)
    expect(await create(asked)).toMatchObject({ status: 200, body: made.body })
    const other = await create({ ...asked, min: 3 })
    expect(failureOf(other)).toEqual([409, 'deployment_exists'])
    expect(other.body.error.message).toContain(`slipway deploy … --name ${made.body.name} --update`)
  })

  it('is returned for repeated creations with several limits and a canary', async () => {
    const { repo } = fresh.of
    const limits = { requestsPerSecond: 5, requestsPerDay: 1000, tokensPerMinute: 900, concurrency: 4 }
    const asked = { target: repo, limits, canary: { maxErrorRate: 0.05, maxLatencyRatio: 4 } }
    await create(asked)
    const again = []
    for (let times = 0; times < 10; times++) again.push((await create(asked)).status)
    expect(again).toEqual(Array(10).fill(200))
  })

  it('does not reveal anything about itself to another owner who wants its name', async () => {
    const { host } = fresh
    const { repo } = fresh.of
    await create()
    const theirs = 'eve/own'
    await host.make(theirs, {}, 'eve')
    await host.commit(theirs, { 'model.onnx': '1' }, { metadata: servable('model.onnx') })
    const taken = await create({ target: theirs }, { as: 'eve' })
    expect(failureOf(taken)).toEqual([409, 'deployment_exists'])
    expect(taken.body.error.message).toMatch(/taken.*--name/)
    expect(JSON.stringify(taken.body)).not.toContain(repo)
    expect(taken.body.error.message).not.toContain('--update')
  })

  it.each([
    ['nothing to serve', { target: undefined }, 'target'],
    ['targets and a target', { target: 'lab/seed', targets: [{ target: 'lab/seed' }] }, 'targets'],
    ['nine targets', { targets: Array(9).fill({ target: 'lab/seed' }) }, 'targets'],
    ['only weights of 0', { targets: [{ target: 'lab/seed', weight: 0 }] }, 'targets'],
    ['a max below min', { target: 'lab/seed', min: 3, max: 2 }, 'max'],
    ['a canary without a rule', { target: 'lab/seed', canary: {} }, 'canary'],
    ['an unknown field', { target: 'lab/seed', weights: [1] }, 'weights'],
    ['a rate limit of 0', { target: 'lab/seed', limits: { requestsPerSecond: 0 } }, 'limits.requestsPerSecond'],
    ['a concurrency of a half', { target: 'lab/seed', limits: { concurrency: 0.5 } }, 'limits.concurrency'],
    ['a concurrency of 0', { target: 'lab/seed', limits: { concurrency: 0 } }, 'limits.concurrency'],
  ])('cannot be created with %s', async (_what, json, param) => {
    const { status, body } = await create(json)
    expect([status, body.error.code]).toEqual([400, 'invalid_request'])
    expect(JSON.stringify(body)).toContain(param.split('.')[0])
  })

  it('cannot be created from a repo that is invisible to the caller, missing or not servable', async () => {
    const { host } = fresh
    const { repo, name } = fresh.of
    expect(failureOf(await create({}, { as: 'eve' }))).toEqual([404, 'repo_not_found'])
    expect(failureOf(await create({ target: `${repo}@absent` }))).toEqual([404, 'revision_not_found'])
    expect(failureOf(await create({ precision: 'int8' }))).toEqual([422, 'unsupported_model'])
    const hidden = { targets: [{ target: repo }, { target: 'lab/absent' }] }
    expect(failureOf(await create(hidden))).toEqual([404, 'repo_not_found'])
    expect(await getDeployment(host.table, name)).toBeUndefined()
  })

  it('cannot be created from a repo without files, and the error says so instead of naming a missing branch', async () => {
    const { host } = fresh
    const empty = `${fresh.of.repo}-empty`
    await host.make(empty, {}, 'ada')
    const refused = await create({ target: empty })
    expect(failureOf(refused)).toEqual([404, 'repo_empty'])
    expect(refused.body.error.message).toMatch(new RegExp(`"${empty}" has no files`))
    expect(failureOf(await create({ target: `${empty}@v1` }))).toEqual([404, 'revision_not_found'])
    await host.commit(empty, {})
    expect(failureOf(await create({ target: empty }))).toEqual([404, 'repo_empty'])
  })

  it('of a revision without files is not refused as if its repo had none', async () => {
    const { host } = fresh
    const filled = `${fresh.of.repo}-filled`
    await host.make(filled, {}, 'ada')
    const before = await host.commit(filled, {}, { metadata: servable() })
    await host.commit(filled, { 'model.onnx': '1' }, { metadata: servable('model.onnx') })
    expect(failureOf(await create({ target: `${filled}@${before}` }))).toEqual([422, 'unsupported_model'])
  })

  it('protects every repo that it serves from deletion, and only those', async () => {
    const { host } = fresh
    const { repo } = fresh.of
    const other = `${repo}-other`
    await host.make(other, {}, 'ada')
    await host.commit(other, { 'model.onnx': 'x' }, { metadata: servable('model.onnx') })
    await create({ targets: [{ target: repo }], shadow: { target: other, percent: 1 } })
    const deletionOf = async (which: string) => (await host.ask('DELETE', `/${which}`, { as: 'ada' })).status
    expect(await deletionOf(other)).toBe(409)
    await patch({ shadow: null })
    expect(await deletionOf(other)).toBe(200)
    expect(await deletionOf(repo)).toBe(409)
    expect((await remove()).status).toBe(204)
    expect(await deletionOf(repo)).toBe(200)
  })

  it('follows the rename of its repo in every target', async () => {
    const { host } = fresh
    const { repo, first } = fresh.of
    await create({ targets: [{ target: repo }, { target: `${repo}@${first}` }], shadow: { target: repo, percent: 1 } })
    expect((await host.ask('POST', `/${repo}/rename`, { as: 'ada', json: { to: `${repo}-new` } })).status).toBe(200)
    const { body } = await read()
    expect([body.repo, body.shadow.repo, ...body.targets.map((one: { repo: string }) => one.repo)]).toEqual(
      Array(4).fill(`${repo}-new`),
    )
  })

  it('shows what each replica serves, and how that differs from the settings', async () => {
    const { host } = fresh
    const { first, second } = fresh.of
    await create({ min: 2 })
    expect((await read()).body).toMatchObject({
      state: 'PENDING',
      drift: ['No replica of the pool "default" is running.'],
    })
    await report('one', second)
    await report('two', first)
    const { body } = await read()
    expect(body).toMatchObject({ state: 'READY', replicas: [{ id: 'one', targets: [{ answered: 7 }] }, { id: 'two' }] })
    expect(body.drift).toEqual([
      '1 of the 2 replicas wanted answers.',
      expect.stringMatching(/^two does not serve .* yet\.$/),
    ])
    await report('two', second)
    expect((await read()).body.drift).toEqual([])
    // The report of a killed replica stays; its heartbeat expires.
    host.clock.ms += 61_000
    expect((await read()).body).toMatchObject({ state: 'PENDING', replicas: [] })
  })
})
