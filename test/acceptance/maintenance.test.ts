import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { answersOf, everyAddress, type Known } from '../support/every-answer.ts'
import { type Api, createApi } from '../support/http.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'
import { makePerson, type Person } from '../support/people.ts'

const slipway = fileURLToPath(new URL('../../shared/client/slipway.mjs', import.meta.url))
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url))

let hub: Hub
let host: LocalHost
let api: Api
let person: Person
let known: Known

/** Says something of a registry to bring back: people, organisations, models, datasets, what was renamed and deleted. */
async function fill() {
  person = await makePerson(api, { name: 'ada' })
  const owner = person.username
  for (const organisation of ['globex', 'initech']) await made(api.post('/api/v1/owners', { name: organisation }))
  await made(put(`/api/v1/owners/globex/members/${owner}`, { role: 'write' }))
  const pulls = ['hf://acme/digits', 'hf://acme/tiny-embedder']
  const imports: string[] = []
  for (const source of pulls) {
    const pulled = await api.pull(source)
    expect(pulled).toMatchObject({ state: 'READY' })
    imports.push(pulled.id)
  }
  await made(api.post('/api/v1/imports', { source: 'hf://acme/absent' }))

  const create = (body: object, by = api) => made(by.post('/api/repos/create', body))
  await create({ name: 'globex/one', files: [readme('one', 'mit')] })
  await create({ name: 'globex/old-name', private: false, files: [readme('two', 'apache-2.0')] }, person.api)
  await create({ name: 'globex/data', type: 'dataset', files: [readme('data', 'mit')] })
  await create({ name: 'initech/gone', files: [readme('gone', 'mit')] })
  await create({ name: `${owner}/mine`, files: [readme('mine', 'mit')] }, person.api)
  const commit = (path: string, text: string) =>
    [
      { key: 'header', value: { summary: `change ${path}` } },
      { key: 'file', value: { path, content: text } },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n')
  const commits = { 'content-type': 'application/x-ndjson' }
  for (const text of ['first', 'second'])
    await made(api.post('/api/models/globex/one/commit/main', commit('notes.txt', text), commits))
  await made(api.post('/api/models/globex/one/tag/main', { tag: 'v1' }))
  await made(api.post('/api/models/globex/one/branch/dev', { startingPoint: 'main' }))
  await made(api.post('/api/models/globex/one/commit/dev', commit('only-dev.txt', 'dev'), commits))
  const repo = '/api/v1/repos/globex/one'
  await made(api.post(`${repo}/versions`, { message: 'the first' }))
  await made(api.post(`${repo}/aliases`, { name: 'champion', isProtected: true }))
  await made(patch(`${repo}/aliases/champion`, { revision: 'dev' }))
  await made(api.post('/api/repos/move', { fromRepo: 'globex/old-name', toRepo: 'globex/new-name' }))
  await made(api.post('/api/repos/move', { fromRepo: 'acme/tiny-embedder', toRepo: 'initech/embedder' }))
  await made(del('/api/repos/delete', { name: 'gone', organization: 'initech' }))
  const deployed = await api.deploy('acme/digits', { name: 'digits' })
  expect(deployed).toMatchObject({ state: 'READY' })
  await made(api.post('/api/v1/keys', { name: 'limited', scopes: ['read'], limit: 'globex' }))

  known = {
    models: [
      'acme/digits',
      'initech/embedder',
      'acme/tiny-embedder',
      'globex/one',
      'globex/new-name',
      'globex/old-name',
      'initech/gone',
      `${owner}/mine`,
    ],
    datasets: ['globex/data'],
    owners: ['acme', 'globex', 'initech', owner],
    refs: ['main', 'v1', 'dev', 'champion'],
    imports,
    deployments: ['digits'],
  }
  await settled()
}

const readme = (title: string, license: string) => ({
  path: 'README.md',
  content: `---\nlicense: ${license}\ntags: [${title}]\npipeline_tag: text-classification\n---\n# ${title}\n`,
})

const send = (method: string) => async (path: string, body: unknown) => {
  const headers = { authorization: `Bearer ${host.key}`, 'content-type': 'application/json' }
  const response = await fetch(host.url + path, { method, headers, body: JSON.stringify(body) })
  return { status: response.status, headers: response.headers, body: await response.json().catch(() => undefined) }
}
const put = send('PUT')
const patch = send('PATCH')
const del = send('DELETE')

async function made(answer: ReturnType<Api['post']>) {
  const { status, body } = await answer
  expect(status, JSON.stringify(body)).toBeLessThan(300)
  return body
}

/** Nothing of what was asked for is still to be done: imports have ended, cards are read, manifests are written. */
async function settled() {
  await eventually(
    () => api.get('/api/v1/imports?limit=100'),
    ({ body }) => body.items.every(({ state }: { state: string }) => state === 'READY' || state === 'FAILED'),
  )
  let before: unknown
  await eventually(
    async () => {
      const answers = await Promise.all(known.models.map((repo) => api.get(`/api/models/${repo}`)))
      const now = answers.map(({ status, body }) => (status === 200 ? body : status))
      const isSame = isDeepStrictEqual(now, before) && JSON.stringify(now).includes('license:mit')
      before = now
      await new Promise((resolve) => setTimeout(resolve, 700))
      return isSame
    },
    (isSame) => isSame,
  )
}

async function run(...parameters: string[]) {
  const env = { PATH: process.env.PATH, SLIPWAY_URL: host.url, SLIPWAY_API_KEY: host.key }
  const child = spawn(process.execPath, [slipway, ...parameters], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.on('data', (text: Buffer) => (said.out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said.err += text.toString()))
  const [code] = await once(child, 'close')
  return { code, ...said }
}

async function restart({ withoutTable = false } = {}) {
  expect(await host.stop()).toBe(0)
  if (withoutTable)
    for (const file of await readdir(host.dataDir))
      if (file.startsWith('dynamodb.sqlite')) await rm(join(host.dataDir, file))
  host = await startLocalHost({
    dataDir: host.dataDir,
    environment: { HF_ENDPOINT: hub.url },
    parameters: ['--no-sample'],
  })
  api = createApi({ url: host.url, key: host.key })
  person = { ...person, api: createApi({ url: host.url, key: person.key }) }
}

const served = () =>
  eventually(
    () => api.get('/api/v1/deployments/digits'),
    ({ body }) => body.state === 'READY',
  )

beforeAll(async () => {
  hub = await startHub({
    repos: {
      'acme/tiny-embedder': fixture('slipway-tests/tiny-embedder'),
      'acme/digits': fixture('sklearn/digits-mlp'),
    },
  })
  host = await startLocalHost({ environment: { HF_ENDPOINT: hub.url }, parameters: ['--no-sample'] })
  api = createApi({ url: host.url, key: host.key })
  await fill()
}, 120_000)
afterAll(async () => {
  await host.close()
  await hub.close()
})

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('a registry', () => {
  it('is found whole by fsck, and nothing of it is garbage', async () => {
    const checked = await run('fsck', '--deep')
    expect(checked.err).not.toContain('slipway:')
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('no discrepancies') })
    const { code, out } = await run('gc', '--dry-run', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ state: 'DONE', options: { dryRun: true } })
    expect(JSON.parse(out).counts.blobsFreed ?? 0).toBe(0)
  })

  it('answers every question as before when its table was destroyed and a backup brought back', {
    timeout: 180_000,
  }, async () => {
    const saved = await run('backup', '--objects', '--json')
    expect(saved.code, saved.err).toBe(0)
    const { backup } = JSON.parse(saved.out)
    await served()
    const addresses = await everyAddress(api, known)
    expect(addresses.length).toBeGreaterThan(100)
    const asked = async () => ({
      admin: await answersOf(api, addresses),
      person: await answersOf(person.api, addresses),
      stranger: await answersOf(createApi({ url: host.url }), addresses),
    })
    const before = await asked()
    const listed = await api.get('/api/v1/backups')
    expect(listed.body.items).toMatchObject([{ id: backup }])

    await restart({ withoutTable: true })
    expect((await api.get('/api/v1/repos')).body.items).toEqual([])
    expect((await person.api.get('/api/v1/me')).status).toBe(401)
    const restored = await run('restore')
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining(backup) })

    await served()
    const after = await asked()
    for (const who of ['admin', 'person', 'stranger'] as const)
      for (const address of addresses)
        expect(after[who][address], `${address} for ${who}`).toEqual(before[who][address])
    expect((await run('fsck', '--deep')).out).toContain('no discrepancies')
  })

  it('that is not empty is left as it is, unless it is said what becomes of it', { timeout: 120_000 }, async () => {
    const refused = await run('restore')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--replace') })
    await made(api.post('/api/repos/create', { name: 'globex/later', files: [readme('later', 'mit')] }))
    expect((await run('restore', '--merge')).code).toBe(0)
    expect((await api.get('/api/v1/repos/globex/later')).status).toBe(200)
    expect((await run('restore', '--replace')).code).toBe(0)
    expect((await api.get('/api/v1/repos/globex/later')).status).toBe(404)
    expect((await api.get('/api/v1/repos/globex/one')).status).toBe(200)
    expect((await run('fsck', '--repair')).code).toBe(0)
    expect(await run('fsck')).toMatchObject({ code: 0, out: expect.stringContaining('no discrepancies') })
  })

  it('comes back from the bucket alone: repos, revisions, refs and files, but nobody', {
    timeout: 120_000,
  }, async () => {
    const ofRepos = (await everyAddress(api, known)).filter(
      (path) =>
        /\/(?:tree|commits|resolve|raw|refs)(?:\/|$|\?)/.test(path) &&
        !path.includes('old-name') &&
        !path.includes('acme/tiny'),
    )
    const before = await answersOf(api, ofRepos)
    await restart({ withoutTable: true })
    const repaired = await run('fsck', '--repair')
    expect(repaired).toMatchObject({ code: 0, out: expect.stringContaining('repo-missing') })
    await settled()
    expect(await answersOf(api, ofRepos)).toEqual(before)
    expect((await person.api.get('/api/v1/me')).status).toBe(401)
    await run('fsck', '--repair')
    expect(await run('fsck')).toMatchObject({ code: 0, out: expect.stringContaining('no discrepancies') })
  })

  it('says what is damaged and mends it from a backup, with exit code 1 where it cannot', {
    timeout: 120_000,
  }, async () => {
    const { body } = await api.get('/api/v1/repos/acme/digits/revisions/main/files')
    const { sha256 } = body.items.find(({ path }: { path: string }) => path === 'model.onnx')
    const blob = join(host.dataDir, 'blobs', 'sha256', sha256.slice(0, 2), sha256)
    await rm(blob)
    await writeFile(blob, 'something else')
    const found = await run('fsck', '--deep', '--json')
    expect(found.code).toBe(1)
    const kinds = JSON.parse(found.out).findings.map(({ kind }: { kind: string }) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['blob-damaged', 'blob-wrong']))
    expect((await run('fsck', '--deep', '--repair')).code).toBe(0)
    expect((await run('fsck', '--deep')).code).toBe(0)

    await rm(join(host.dataDir, 'backups'), { recursive: true })
    await rm(blob)
    const lost = await run('fsck', '--repair')
    expect(lost).toMatchObject({ code: 1, out: expect.stringContaining('slipway pull hf://acme/digits@main') })
    await api.pull('hf://acme/digits')
    expect((await run('fsck', '--deep')).code).toBe(0)
  })

  it('is for admins of the platform alone', async () => {
    const other = await makePerson(api, { scopes: ['admin'] })
    for (const ask of [
      () => other.api.get('/api/v1/maintenance'),
      () => other.api.post('/api/v1/maintenance', { kind: 'gc' }),
      () => other.api.get('/api/v1/backups'),
    ])
      expect((await ask()).status).toBe(403)
    expect((await createApi({ url: host.url }).post('/api/v1/maintenance', { kind: 'gc' })).status).toBe(401)
  })
})
