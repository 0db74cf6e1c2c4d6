import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { downloadFile, listFiles, modelInfo, pathsInfo, snapshotDownload } from '@huggingface/hub'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Api, createApi } from '../support/http.ts'
import { bytesOf, type HubFile } from '../support/hub/files.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'
import { type PythonHub, pythonHub } from '../support/python-hub.ts'
import { runSlipway } from '../support/run-slipway.ts'

const script = fileURLToPath(new URL('hub-python.py', import.meta.url))
const weights: HubFile = { path: 'weights/model.safetensors', sizeBytes: 20_000_001, seed: 7 }
const files: HubFile[] = [
  { path: 'README.md', content: '---\ntags: [mirrored]\n---\n' },
  { path: 'config.json', content: '{"model_type": "bert"}' },
  { path: 'empty.txt', content: '' },
  { path: 'sub folder/näme one.txt', content: 'ö, in two bytes\n' },
  weights,
]
const paths = files.map(({ path }) => path).toSorted()
const listed = [...files, { path: 'pytorch_model.bin', content: 'pickled' }]
/** One per test, so that each begins with a name that is not here yet. */
const names = ['head', 'snapshot', 'across', 'slow', 'left', 'moved', 'offline', 'bound', 'tagged', 'py0', 'py1', 'py2']

const filesOfIris = () =>
  Promise.all(
    ['README.md', 'config.json', 'model.onnx'].map(async (path) => ({
      path,
      content: await readFile(new URL(`../../infra/local/sample/iris/${path}`, import.meta.url)),
    })),
  )

let hub: Hub
let host: LocalHost
let api: Api
beforeAll(async () => {
  const repos = names.map((name) => [`far/${name}`, { files: listed, tags: ['v1'] }])
  hub = await startHub({
    repos: {
      ...Object.fromEntries(repos),
      'far/small': { files: files.slice(0, 2) },
      'far/iris': { files: await filesOfIris() },
    },
  })
  const environment = {
    HF_ENDPOINT: hub.url,
    HF_TOKEN: 'hf_of_the_server',
    SLIPWAY_MIRROR_ENDPOINT: hub.url,
    SLIPWAY_MIRROR_REVALIDATE_SECONDS: '0.5',
  }
  host = await startLocalHost({ environment, parameters: ['--no-sample'] })
  api = createApi({ url: host.url, key: host.key })
})
afterAll(async () => {
  await host.close()
  await hub.close()
})

const paramsOf = (repo: string) => ({ repo, hubUrl: host.url, accessToken: host.key })
const ask = (path: string, init: RequestInit = {}) =>
  fetch(host.url + path, { ...init, headers: { authorization: `Bearer ${host.key}`, ...init.headers } })
const importsOf = async (repo: string): Promise<Record<string, unknown>[]> =>
  (await api.get('/api/v1/imports')).body.items.filter((item: { repo: string }) => item.repo === repo)
const stored = (repo: string, revision: string) =>
  eventually(
    () => importsOf(repo),
    (items) => items.some((item) => item.state === 'READY' && item.revision === revision),
  )
/**
 * The requests that sent bytes of a file from the other Hub, without those for a single byte, which only ask for its
 * size.
 */
const sendingsOf = (repo: string, path: string) =>
  hub.requests.filter(
    (request) =>
      request.method === 'GET' &&
      request.status !== 302 &&
      request.where !== 'api' &&
      request.path.startsWith(`/${repo}/`) &&
      request.path.endsWith(`/${path}`) &&
      request.range !== 'bytes=0-0',
  )

describe('a model read through the mirror', () => {
  it('is deployed at once: slipway deploy waits while it is imported', async () => {
    await (await ask('/far/iris/resolve/main/config.json')).text()
    const refused = await api.post('/api/v1/deployments', { target: 'far/iris' })
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'import_under_way', retryable: true } } })
    const environment = { SLIPWAY_URL: host.url, SLIPWAY_API_KEY: host.key }
    const { code, out } = await runSlipway(['deploy', 'far/iris'], { environment })
    expect({ code, out }).toEqual({ code: 0, out: `iris  READY  ${host.url}/api/v1/predict/iris\n` })
  })
})

/** How long `huggingface_hub` waits for the headers of a file (`HF_HUB_ETAG_TIMEOUT`). */
const etagTimeoutMs = 10_000

describe('a mirror asked for the first time', () => {
  it('answers a HEAD for an unknown file before its client gives up, and fetches nothing for it', async () => {
    const signal = AbortSignal.timeout(etagTimeoutMs)
    const answer = await ask(`/far/head/resolve/main/${weights.path}`, { method: 'HEAD', signal })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-repo-commit')).toBe(hub.commitOf('far/head'))
    expect(answer.headers.get('x-linked-size')).toBe(String(weights.sizeBytes))
    expect(sendingsOf('far/head', weights.path)).toEqual([])
    expect(await importsOf('far/head')).toEqual([])
  })
})

// Concurrent, because each test waits for an import that begins after a while.
describe.concurrent('a mirror', () => {
  it('gives a whole repo to @huggingface/hub and stores it at the same time: no byte leaves the Hub twice', async () => {
    const repo = 'far/snapshot'
    const commit = hub.commitOf(repo)
    const cacheDir = await mkdtemp(join(tmpdir(), 'slipway-mirror-'))
    const folder = await snapshotDownload({ ...paramsOf(repo), cacheDir })
    expect(folder).toContain(commit)
    for (const file of files)
      expect((await readFile(join(folder, file.path))).equals(await bytesOf(file)), file.path).toBe(true)
    await rm(cacheDir, { recursive: true })
    const [item, ...others] = await stored(repo, commit)
    expect(others).toEqual([])
    expect(item).toMatchObject({ filesTotal: files.length })
    for (const { path } of files) expect(sendingsOf(repo, path).length, path).toBe(path === 'empty.txt' ? 0 : 1)
    const again = await downloadFile({ ...paramsOf(repo), path: weights.path })
    expect(Buffer.from(await (again as Blob).arrayBuffer()).equals(await bytesOf(weights))).toBe(true)
    expect(sendingsOf(repo, weights.path)).toHaveLength(1)
  })

  it('gives the same answers before a repo is stored and afterwards', async () => {
    const repo = 'far/across'
    const params = paramsOf(repo)
    const commit = hub.commitOf(repo)
    const told = async () => {
      const info = await modelInfo({ ...params, name: repo, additionalFields: ['sha', 'filePaths'] })
      const resolved = paths.flatMap((path) =>
        ['main', commit].map((ref) => `/${repo}/resolve/${ref}/${encodeURI(path)}`),
      )
      const heads = await Promise.all(resolved.map((path) => ask(path, { method: 'HEAD' })))
      const named = ['x-repo-commit', 'x-linked-etag', 'x-linked-size', 'etag', 'content-length', 'content-disposition']
      return {
        names: [info.name, info.sha, info.private, info.gated, info.filePaths.toSorted()],
        trees: await Promise.all(
          ['main', commit].map((revision) => Array.fromAsync(listFiles({ ...params, revision, recursive: true }))),
        ),
        paths: await pathsInfo({ ...params, paths: ['config.json', 'weights', weights.path, 'none'] }),
        heads: heads.map(({ status, headers }) => [status, ...named.map((name) => headers.get(name))]),
        leftOut: await ask(`/${repo}/resolve/main/pytorch_model.bin`).then(({ status, headers }) => [
          status,
          headers.get('x-error-code'),
          headers.get('x-repo-commit'),
          headers.get('x-error-message'),
        ]),
      }
    }
    const before = await told()
    await (await ask(`/${repo}/resolve/main/config.json`)).text()
    await stored(repo, commit)
    expect(await told()).toEqual(before)
    expect(before.leftOut).toEqual([404, 'EntryNotFound', commit, expect.stringContaining('pickle')])
    expect(before.trees[0]?.map(({ path }) => path)).toEqual(expect.arrayContaining(paths))
  })

  it('delays the import while a slow client is still downloading', async () => {
    const repo = 'far/slow'
    const fault = { kind: 'slow', where: 'storage', match: /^\/far\/slow\//, bytesPerSecond: 2_500_000 } as const
    hub.faults.push(fault)
    const answer = await ask(`/${repo}/resolve/main/${weights.path}`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(await bytesOf(weights))).toBe(true)
    await stored(repo, hub.commitOf(repo))
    expect(sendingsOf(repo, weights.path)).toHaveLength(1)
  })

  it('stores a file whose client has disconnected', async () => {
    const repo = 'far/left'
    const leaving = new AbortController()
    const answer = await ask(`/${repo}/resolve/main/${weights.path}`, { signal: leaving.signal })
    await answer.body?.getReader().read()
    leaving.abort()
    await stored(repo, hub.commitOf(repo))
    const file = await ask(`/${repo}/resolve/main/${weights.path}`)
    expect(Buffer.from(await file.arrayBuffer()).equals(await bytesOf(weights))).toBe(true)
  })

  it('follows a branch that moves, and keeps the older state', async () => {
    const repo = 'far/moved'
    const old = hub.commitOf(repo)
    await (await ask(`/${repo}/resolve/main/config.json`)).text()
    await stored(repo, old)
    const commit = await hub.addFile({ repo, file: { path: 'config.json', content: '{"model_type": "gpt2"}' } })
    const moved = await eventually(
      () => ask(`/${repo}/resolve/main/config.json`),
      ({ headers }) => headers.get('x-repo-commit') === commit,
    )
    expect(await moved.text()).toContain('gpt2')
    await stored(repo, commit)
    expect(await (await ask(`/${repo}/resolve/${old}/config.json`)).text()).toContain('bert')
    expect(await (await ask(`/api/models/${repo}`)).json()).toMatchObject({ sha: commit })
  })

  it('serves a tag or an older commit without moving main', async () => {
    const repo = 'far/tagged'
    const old = hub.commitOf(repo)
    const commit = await hub.addFile({ repo, file: { path: 'config.json', content: '{"model_type": "gpt2"}' } })
    expect(await (await ask(`/${repo}/resolve/${old}/config.json`)).text()).toContain('bert')
    await stored(repo, old)
    expect(await (await ask(`/${repo}/resolve/v1/config.json`)).text()).toContain('bert')
    expect(await (await ask(`/${repo}/resolve/main/config.json`)).text()).toContain('gpt2')
    await stored(repo, commit)
    expect(await (await ask(`/${repo}/resolve/${old}/config.json`)).text()).toContain('bert')
  })

  it('is read-only: it takes no push, and no import from elsewhere', async () => {
    const repo = 'far/bound'
    await (await ask(`/${repo}/resolve/main/config.json`)).text()
    await stored(repo, hub.commitOf(repo))
    const body = JSON.stringify({ key: 'header', value: { summary: 'mine' } })
    const headers = { 'content-type': 'application/x-ndjson' }
    const pushed = await ask(`/api/models/${repo}/commit/main`, { method: 'POST', headers, body })
    expect(pushed.status).toBe(403)
    const pulled = await api.pull('hf://far/small', { repo })
    expect(pulled).toMatchObject({ state: 'FAILED', failure: { code: 'repo_is_mirror' } })
    expect(await (await ask(`/api/models/${repo}`)).json()).toMatchObject({ sha: hub.commitOf(repo) })
  })
})

describe.each([
  ['huggingface_hub==0.36.0', 'far/py0'],
  ['huggingface_hub>=1.33,<2', 'far/py1'],
  ['huggingface_hub>=2.4,<3', 'far/py2'],
])('%s through a mirror', (requirement, repo) => {
  let client: PythonHub | { reason: string }
  let home: string
  beforeAll(async () => {
    client = await pythonHub(requirement)
    home = await mkdtemp(join(tmpdir(), 'slipway-hf-home-'))
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  it('downloads a snapshot before it is stored, and finds all of it again afterwards', async ({ skip }) => {
    if ('reason' in client) return skip(client.reason)
    const environment = {
      HOME: home,
      HF_HOME: home,
      HF_ENDPOINT: host.url,
      HF_TOKEN: host.key,
      HF_HUB_DISABLE_TELEMETRY: '1',
      HF_HUB_DISABLE_PROGRESS_BARS: '1',
      HF_HUB_DISABLE_UPDATE_CHECK: '1',
    }
    const snapshot = async (parameters: Record<string, string>) =>
      JSON.parse(await (client as PythonHub).python([script, 'snapshot', repo], { ...environment, ...parameters }))
    const folder = await snapshot({})
    expect(folder).toContain(hub.commitOf(repo))
    for (const file of files)
      expect((await readFile(join(folder, file.path))).equals(await bytesOf(file)), file.path).toBe(true)
    await stored(repo, hub.commitOf(repo))
    const sent = sendingsOf(repo, weights.path).length
    expect(sent).toBe(1)
    expect(await snapshot({})).toBe(folder)
    const other = await snapshot({ HF_HOME: join(home, 'other') })
    for (const file of files)
      expect((await readFile(join(other, file.path))).equals(await bytesOf(file)), file.path).toBe(true)
    expect(sendingsOf(repo, weights.path)).toHaveLength(sent)
  })
})

describe('a mirror whose Hub is unreachable', () => {
  it('serves what it has, and answers 504 for the rest', async () => {
    const repo = 'far/offline'
    const commit = hub.commitOf(repo)
    await (await ask(`/${repo}/resolve/main/config.json`)).text()
    await stored(repo, commit)
    await hub.close()
    const cacheDir = await mkdtemp(join(tmpdir(), 'slipway-mirror-'))
    const folder = await snapshotDownload({ ...paramsOf(repo), cacheDir })
    for (const file of files)
      expect((await readFile(join(folder, file.path))).equals(await bytesOf(file)), file.path).toBe(true)
    await rm(cacheDir, { recursive: true })
    const missing = await ask(`/${repo}/resolve/main/none`, { method: 'HEAD' })
    expect([missing.status, missing.headers.get('x-error-code')]).toEqual([404, 'EntryNotFound'])
    for (const path of ['/far/unseen/resolve/main/config.json', '/api/models/far/unseen', `/${repo}/resolve/v2/x`]) {
      const answer = await ask(path, { method: 'HEAD' })
      expect([answer.status, answer.headers.get('x-error-code')], path).toEqual([504, null])
    }
  })
})
