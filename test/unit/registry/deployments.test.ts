import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { beatReplica, getDeployment, reportReplica } from '../../../shared/table/deployments.ts'
import { keys } from '../../../shared/table/keys.ts'
import { type Answer, metadata, type RepoHost, startRepoHost } from './support/repo-host.ts'

let host: RepoHost
let repo: string
let name: string
let [first, second]: string[] = []
let runs = 0

const onnx = (...paths: string[]) => paths.map((path) => ({ path, inputs: [], outputs: [], opset: {} }))
const servable = (...paths: string[]) => metadata({ task: 'feature-extraction', onnx: onnx(...paths) })

beforeAll(async () => {
  host = await startRepoHost()
  await host.make('lab/seed')
})
afterAll(() => host.close())
beforeEach(async () => {
  repo = `lab/served-${++runs}`
  name = `d${runs}`
  await host.make(repo, {}, 'ada')
  first = await host.commit(repo, { 'model.onnx': '1' }, { metadata: servable('model.onnx', 'model_int8.onnx') })
  second = await host.commit(repo, { 'model.onnx': '2' }, { metadata: servable('model.onnx') })
})

const path = '/api/v1/deployments'
const create = (json: object, as = 'ben') => host.call('POST', path, { as, json: { name, ...json } })
const read = (as = 'ben') => host.call('GET', `${path}/${name}`, { as })
const patch = (json: object, { as = 'ben', match }: { as?: string; match?: string } = {}) =>
  host.call('PATCH', `${path}/${name}`, { as, json, ...(match !== undefined && { headers: { 'if-match': match } }) })
const alias = (revision: string | undefined, method = 'PATCH', at = '/champion') =>
  host.ask(method, `/${repo}/aliases${at}`, { as: 'ben', json: { revision, ...(at === '' && { name: 'champion' }) } })
const failureOf = ({ status, body }: Answer) => [status, body.error?.code]

/** A replica's word, as the inference service writes it. */
async function report({ id, state, revision, file = 'model.onnx' }: Record<string, string>) {
  const now = new Date(host.clock.ms)
  await beatReplica(host.table, { pool: 'default', replica: { id: id ?? 'r', startedAt: now.toISOString() }, now })
  const of = { state: state as 'READY', revision: revision ?? '' }
  const counts = { isResident: true, queued: 0, answered: 7, failed: 0 }
  const status = { id: id ?? 'r', ...of, targets: [{ target: repo, file, ...of, ...counts }] }
  await reportReplica(host.table, {
    deployment: name,
    pool: 'default',
    status: { ...status, updatedAt: now.toISOString() },
    now,
  })
}

describe('a deployment', () => {
  it('is made of one target with what was asked of it, and asked for again it is the one that is there', async () => {
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

  it('asked for again is the one that is there however often, also with several limits and a canary', async () => {
    const limits = { requestsPerSecond: 5, requestsPerDay: 1000, tokensPerMinute: 900, concurrency: 4 }
    const asked = { target: repo, limits, canary: { maxErrorRate: 0.05, maxLatencyRatio: 4 } }
    await create(asked)
    const again = []
    for (let times = 0; times < 10; times++) again.push((await create(asked)).status)
    expect(again).toEqual(Array(10).fill(200))
  })

  it('has a name that somebody else is told to choose another for, and nothing more', async () => {
    await create({ target: repo })
    const theirs = 'eve/own'
    await host.make(theirs, {}, 'eve')
    await host.commit(theirs, { 'model.onnx': '1' }, { metadata: servable('model.onnx') })
    const taken = await create({ target: theirs }, 'eve')
    expect(failureOf(taken)).toEqual([409, 'deployment_exists'])
    expect(taken.body.error.message).toMatch(/taken.*--name/)
    expect(JSON.stringify(taken.body)).not.toContain(repo)
    expect(taken.body.error.message).not.toContain('--update')
  })

  it.each([
    ['nothing to serve', {}, 'target'],
    ['targets and a target', { target: 'lab/seed', targets: [{ target: 'lab/seed' }] }, 'targets'],
    ['nine targets', { targets: Array(9).fill({ target: 'lab/seed' }) }, 'targets'],
    ['no weight at all', { targets: [{ target: 'lab/seed', weight: 0 }] }, 'targets'],
    ['less at most than at least', { target: 'lab/seed', min: 3, max: 2 }, 'max'],
    ['a canary without a rule', { target: 'lab/seed', canary: {} }, 'canary'],
    ['a field that is none', { target: 'lab/seed', weights: [1] }, 'weights'],
    ['a limit of nothing', { target: 'lab/seed', limits: { requestsPerSecond: 0 } }, 'limits.requestsPerSecond'],
    ['half a request at a time', { target: 'lab/seed', limits: { concurrency: 0.5 } }, 'limits.concurrency'],
    ['no request at a time', { target: 'lab/seed', limits: { concurrency: 0 } }, 'limits.concurrency'],
  ])('is not made of %s', async (_what, json, param) => {
    const { status, body } = await create(json)
    expect([status, body.error.code]).toEqual([400, 'invalid_request'])
    expect(JSON.stringify(body)).toContain(param.split('.')[0])
  })

  it('is not made of what its maker may not see, what is not there, or what cannot be served', async () => {
    expect(failureOf(await create({ target: repo }, 'eve'))).toEqual([404, 'repo_not_found'])
    expect(failureOf(await create({ target: `${repo}@absent` }))).toEqual([404, 'revision_not_found'])
    expect(failureOf(await create({ target: repo, precision: 'int8' }))).toEqual([422, 'unsupported_model'])
    const hidden = { targets: [{ target: repo }, { target: 'lab/absent' }] }
    expect(failureOf(await create(hidden))).toEqual([404, 'repo_not_found'])
    expect(await getDeployment(host.table, name)).toBeUndefined()
  })

  it('follows its alias when it moves, unless it was told to stay; a branch it looks up once', async () => {
    await alias(first, 'POST', '')
    const targets = [
      { target: `${repo}@champion`, weight: 90 },
      { target: `${repo}@champion`, follow: false, weight: 10 },
      { target: `${repo}@main` },
    ]
    const shadow = { target: `${repo}@champion`, percent: 5 }
    const { body } = await create({ targets, shadow })
    expect(body.targets.map(({ follows }: { follows: boolean }) => follows)).toEqual([true, false, false])
    expect((await alias(second)).status).toBe(200)
    const third = await host.commit(repo, { 'model.onnx': '3' }, { metadata: servable('model.onnx') })
    expect((await read()).body).toMatchObject({
      revision: second,
      version: 2,
      targets: [{ revision: second }, { revision: first }, { revision: second }],
      shadow: { revision: second },
    })
    expect(third).not.toBe(second)
    expect(failureOf(await patch({ target: `${repo}@main`, follow: true }))).toEqual([400, 'invalid_request'])
  })

  it('stays where it is while its alias names what cannot be served, says so, and goes along when that is inspected', async () => {
    await alias(first, 'POST', '')
    await create({ target: `${repo}@champion`, precision: 'int8' })
    await alias(second)
    const stuck = (await read()).body
    expect(stuck).toMatchObject({ revision: first, file: 'model_int8.onnx' })
    expect(stuck.drift[0]).toMatch(/alias "champion" names .* has no int8 file/)
    const later = await host.commit(repo, { 'model.onnx': '4', 'model_int8.onnx': '5' })
    await alias(later)
    expect((await read()).body.targets[0].followFault).toContain('still being inspected')
    await host.table.update(keys.revision((await getDeployment(host.table, name))?.repoId ?? '', later), {
      expression: 'SET metadata = :metadata',
      values: { ':metadata': servable('model.onnx', 'model_int8.onnx') },
    })
    await host.followed(repo)
    expect((await read()).body).toMatchObject({ revision: later, drift: [expect.stringContaining('No replica')] })
    expect((await host.ask('DELETE', `/${repo}/aliases/champion`, { as: 'ben' })).status).toBe(204)
    expect((await read()).body).toMatchObject({
      revision: later,
      targets: [{ followFault: expect.stringContaining('gone') }],
    })
  })

  it('of one owner gets nothing new of what is private to another, though it was public when it was deployed', async () => {
    await alias(first, 'POST', '')
    const setVisibility = (visibility: string) => host.ask('PATCH', `/${repo}`, { as: 'ada', json: { visibility } })
    expect((await setVisibility('public')).status).toBe(200)
    expect((await create({ target: `${repo}@champion`, owner: 'eve' }, 'eve')).status).toBe(201)
    await alias(second)
    expect((await read('eve')).body.revision).toBe(second)
    await setVisibility('private')
    await alias(first)
    const { body } = await read('eve')
    expect(body).toMatchObject({
      revision: second,
      targets: [{ followFault: expect.stringContaining('private to "lab"') }],
    })
    await setVisibility('public')
    await host.followed(repo)
    expect((await read('eve')).body).toMatchObject({
      revision: first,
      targets: [expect.not.objectContaining({ followFault: expect.anything() })],
    })
  })

  it('is at what its alias names however often both change at once', async () => {
    await alias(first, 'POST', '')
    await create({ target: `${repo}@champion` })
    const changes = Array.from({ length: 6 }, (_, at) => [
      alias(at % 2 === 0 ? second : first),
      patch({ target: `${repo}@champion`, idleSeconds: at + 1 }),
    ])
    const statuses = (await Promise.all(changes.flat())).map(({ status }) => status)
    expect(statuses.filter((status) => status >= 500)).toEqual([])
    const named = (await host.ask('GET', `/${repo}/aliases/champion`, { as: 'ben' })).body.revision
    expect((await read()).body.revision).toBe(named)
  })

  it('is changed field by field by who may, and only from the version that was read', async () => {
    const limits = { requestsPerSecond: 5, concurrency: 8 }
    expect((await create({ target: repo, limits, max: 4 })).body).toMatchObject({ limits, max: 4 })
    expect((await patch({ limits: null, min: 0, idleSeconds: 60 })).body).toMatchObject({ min: 0, max: 4, version: 2 })
    expect((await read()).body).not.toHaveProperty('limits')
    expect(failureOf(await patch({ min: 1 }, { match: '"1"' }))).toEqual([412, 'precondition_failed'])
    expect(await patch({ min: 1 }, { match: '"2"' })).toMatchObject({ status: 200, body: { min: 1, version: 3 } })
    expect(failureOf(await patch({}))).toEqual([400, 'invalid_request'])
    expect(failureOf(await patch({ min: 1 }, { as: 'reader' }))).toEqual([403, 'missing_scope'])
    expect(failureOf(await patch({ min: 1 }, { as: 'eve' }))).toEqual([404, 'deployment_not_found'])
    const twice = await Promise.all(Array.from({ length: 10 }, () => patch({ min: 2 }, { match: '"3"' })))
    expect(twice.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(412)])
  })

  it('is removed only from the version that was read, where one is named', async () => {
    await create({ target: repo })
    const remove = (match: string) =>
      host.call('DELETE', `${path}/${name}`, { as: 'ben', headers: { 'if-match': match } })
    await patch({ min: 2 })
    expect(failureOf(await remove('"1"'))).toEqual([412, 'precondition_failed'])
    expect((await read()).body).toMatchObject({ min: 2, version: 2 })
    const races = await Promise.all([patch({ min: 3 }, { match: '"2"' }), remove('"2"')])
    // Whichever came first, the other was told.
    expect(races.filter(({ status }) => status < 300)).toHaveLength(1)
    const { status, body } = await read()
    expect(status === 404 || body.version === 3).toBe(true)
    if (status === 200) expect((await remove('"3"')).status).toBe(204)
    expect((await read()).status).toBe(404)
  })

  it('looks a target up again that is named again, and keeps its file where only a precision is asked for', async () => {
    await create({ target: repo })
    const third = await host.commit(
      repo,
      { 'model.onnx': '3' },
      { metadata: servable('model.onnx', 'model_int8.onnx') },
    )
    expect((await patch({ idleSeconds: 5 })).body.revision).toBe(second)
    expect((await patch({ precision: 'int8' })).body).toMatchObject({ revision: third, file: 'model_int8.onnx' })
    expect((await patch({ file: 'model.onnx' })).body).toMatchObject({ file: 'model.onnx' })
    expect((await patch({ file: 'model.onnx' })).body).not.toHaveProperty('precision')
    await patch({ targets: [{ target: repo }, { target: `${repo}@${first}` }] })
    expect(failureOf(await patch({ precision: 'fp32' }))).toEqual([400, 'invalid_request'])
  })

  it('holds every repo that it serves, and lets go of those that it serves no more', async () => {
    const other = `${repo}-other`
    await host.make(other, {}, 'ada')
    await host.commit(other, { 'model.onnx': 'x' }, { metadata: servable('model.onnx') })
    await create({ targets: [{ target: repo }], shadow: { target: other, percent: 1 } })
    const deletionOf = async (which: string) => (await host.ask('DELETE', `/${which}`, { as: 'ada' })).status
    expect(await deletionOf(other)).toBe(409)
    await patch({ shadow: null })
    expect(await deletionOf(other)).toBe(200)
    expect(await deletionOf(repo)).toBe(409)
    expect((await host.call('DELETE', `${path}/${name}`, { as: 'ben' })).status).toBe(204)
    expect(await deletionOf(repo)).toBe(200)
  })

  it('is called as its repo is called, in each of its targets', async () => {
    await create({ targets: [{ target: repo }, { target: `${repo}@${first}` }], shadow: { target: repo, percent: 1 } })
    expect((await host.ask('POST', `/${repo}/rename`, { as: 'ada', json: { to: `${repo}-new` } })).status).toBe(200)
    const { body } = await read()
    expect([body.repo, body.shadow.repo, ...body.targets.map((one: { repo: string }) => one.repo)]).toEqual(
      Array(4).fill(`${repo}-new`),
    )
  })

  it('is paused and resumed as often as it is said, and says so', async () => {
    await create({ target: repo })
    const say = (what: string) => host.call('POST', `${path}/${name}/${what}`, { as: 'ben', json: {} })
    expect((await say('pause')).body).toMatchObject({ state: 'PAUSED', version: 2, targets: [{ state: 'PAUSED' }] })
    expect((await say('pause')).body).toMatchObject({ state: 'PAUSED', version: 2 })
    expect((await say('resume')).body).toMatchObject({ state: 'PENDING', version: 3 })
    expect(failureOf(await host.call('POST', `${path}/${name}/pause`, { as: 'eve', json: {} }))).toEqual([
      404,
      'deployment_not_found',
    ])
  })

  it('shows what each replica really runs, and where that is not what is asked for', async () => {
    await create({ target: repo, min: 2 })
    expect((await read()).body).toMatchObject({
      state: 'PENDING',
      drift: ['No replica of the pool "default" is there.'],
    })
    await report({ id: 'one', state: 'READY', revision: second ?? '' })
    await report({ id: 'two', state: 'READY', revision: first ?? '' })
    const { body } = await read()
    expect(body).toMatchObject({ state: 'READY', replicas: [{ id: 'one', targets: [{ answered: 7 }] }, { id: 'two' }] })
    expect(body.drift).toEqual([
      '1 of the 2 replicas wanted answers.',
      expect.stringMatching(/^two does not serve .* yet\.$/),
    ])
    await report({ id: 'two', state: 'READY', revision: second ?? '' })
    expect((await read()).body.drift).toEqual([])
    // Nobody takes back what a replica said that was killed; its signs of life end.
    host.clock.ms += 61_000
    expect((await read()).body).toMatchObject({ state: 'PENDING', replicas: [] })
  })

  it('of before there were several targets is read, changed and removed like any other', async () => {
    await create({ target: repo })
    const { pk, sk } = keys.deployment(name)
    await host.table.update({ pk, sk }, { expression: 'REMOVE targets, #version', names: { '#version': 'version' } })
    expect((await read()).body).toMatchObject({ version: 0, pool: 'default', min: 1, targets: [{ weight: 1 }] })
    expect((await patch({ target: `${repo}@${first}` })).body).toMatchObject({ revision: first, version: 1 })
    expect((await host.call('DELETE', `${path}/${name}`, { as: 'ben' })).status).toBe(204)
    expect((await read()).status).toBe(404)
  })
})
