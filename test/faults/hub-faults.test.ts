import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ImportItem } from '../../shared/table/imports.ts'
import type { Fault } from '../support/hub/faults.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type Lab, leftoversOf, manifestsOf, type Store, startLab, visibleOf } from './support/lab.ts'
import { bigPath, sampleFiles, source } from './support/model.ts'
import { IngestProcess, type ProcessOptions } from './support/process.ts'

let lab: Lab
let hub: Hub
let store: Store
let process: IngestProcess
let repo: string
let runs = 0
let undisturbed: unknown

const timeouts = { connectTimeoutMs: 500, idleTimeoutMs: 500 }
const visible = () => visibleOf({ table: lab.table, objects: store.objects, repo })
const fresh = async (options: Partial<ProcessOptions> = {}) => {
  store = await lab.newStore()
  repo = `acme/run-${++runs}`
  process = new IngestProcess({ lab, store, hub, timeouts, ...options })
}
const pullUnder = (...faults: Fault[]): Promise<ImportItem> => {
  hub.faults.push(...faults)
  return process.pull(source, repo)
}
const bigFile = new RegExp(bigPath.replace('weights/', ''))

beforeAll(async () => {
  lab = await startLab()
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
  await fresh()
  await process.pull(source, repo)
  undisturbed = await visible()
})
afterAll(async () => {
  await hub.close()
  await lab.close()
})
beforeEach(async () => {
  hub.faults.length = 0
  hub.requests.length = 0
  await fresh()
})

const mended: [string, Fault[]][] = [
  ['limits the rate', [{ kind: 'status', status: 429, retryAfterSeconds: 7, times: 2 }]],
  ['is down for a while', [{ kind: 'status', status: 503, times: 3 }]],
  ['is down while files are moved', [{ kind: 'status', status: 503, where: 'resolve', times: 8 }]],
  ['cuts connections before a header', [{ kind: 'cut', times: 3 }]],
  ['cuts a large file in the middle', [{ kind: 'cut', where: 'storage', afterBytes: 30_000, times: 4 }]],
  ['ends a body early', [{ kind: 'short', where: 'storage', missingBytes: 100, times: 3 }]],
  ['sends a wrong byte in a small file once', [{ kind: 'wrong-bytes', match: /config\.json/, times: 1 }]],
  ['sends a wrong byte in an LFS file once', [{ kind: 'wrong-bytes', where: 'storage', match: /onnx/, times: 1 }]],
  ['sends a wrong byte in a part once', [{ kind: 'wrong-bytes', where: 'storage', match: bigFile, times: 1 }]],
  ['sends wrong bytes in every part once', [{ kind: 'wrong-bytes', where: 'storage', match: bigFile, times: 3 }]],
  ['refuses a signed link', [{ kind: 'status', status: 403, where: 'storage', times: 2 }]],
  ['sends nothing', [{ kind: 'hang', where: 'resolve', times: 2 }]],
  ['stops sending in the middle', [{ kind: 'hang', where: 'storage', afterBytes: 20_000, times: 2 }]],
]

describe('an import from a hub with a temporary fault', () => {
  it.each(mended)('ends as if undisturbed if the hub %s', async (_, faults) => {
    const item = await pullUnder(...faults)
    expect(item).toMatchObject({ state: 'READY', filesDone: 5, filesTotal: 5 })
    expect(item.bytesDone).toBe(item.bytesTotal)
    expect(await visible()).toEqual(undisturbed)
    expect(await leftoversOf(lab, store, [item.id])).toEqual([])
  })

  it('ends as if undisturbed if the branch moves during the import', async () => {
    await using moving = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
    const commit = moving.commitOf('acme/model')
    moving.faults.push({ kind: 'moved-commit', where: 'api', times: 1 })
    const item = await new IngestProcess({ lab, store, hub: moving }).pull(source, repo)
    expect(moving.commitOf('acme/model')).not.toBe(commit)
    expect(item).toMatchObject({ state: 'READY', sourceRevision: commit })
    expect(await visible()).toEqual(undisturbed)
  })
})

it('waits as long as the hub asks', async () => {
  await pullUnder({ kind: 'status', status: 429, retryAfterSeconds: 640, where: 'resolve', times: 3 })
  expect(process.delays.filter((seconds) => seconds >= 640)).toHaveLength(3)
})

it('backs off even if the hub says to retry at once', async () => {
  await pullUnder({ kind: 'status', status: 503, retryAfterSeconds: 0, where: 'api', times: 3 })
  const [first = 0, second = 0, third = 0] = process.delays.filter((seconds) => seconds > 0)
  expect([first >= 0.5, second >= 1, third >= 2]).toEqual([true, true, true])
})

const broken: [string, Fault[], Partial<ImportItem['failure']> & object][] = [
  [
    'a wrong byte in a small file',
    [{ kind: 'wrong-bytes', match: /config\.json/ }],
    { code: 'checksum_mismatch', path: 'config.json' },
  ],
  [
    'a wrong byte in an LFS file',
    [{ kind: 'wrong-bytes', where: 'storage', match: /onnx/ }],
    { code: 'checksum_mismatch', path: 'model.onnx' },
  ],
  [
    'a wrong byte in each part',
    [{ kind: 'wrong-bytes', where: 'storage', match: bigFile }],
    { code: 'checksum_mismatch', path: bigPath },
  ],
  [
    'a file that is not there',
    [{ kind: 'status', status: 404, match: /resolve.*config\.json/ }],
    { code: 'source_not_found', path: 'config.json' },
  ],
  [
    'a connection that always breaks',
    [{ kind: 'cut', where: 'storage', match: bigFile, afterBytes: 10 }],
    { code: 'source_truncated', path: bigPath },
  ],
  ['a hub that is down', [{ kind: 'status', status: 503 }], { code: 'source_unreachable' }],
  ['a web page instead of a list', [{ kind: 'html', where: 'api' }], { code: 'source_protocol' }],
  [
    'a web page instead of a file',
    [{ kind: 'html', where: 'resolve', match: /config\.json/ }],
    { code: 'source_protocol', path: 'config.json' },
  ],
  [
    'a path that leaves the repo',
    [{ kind: 'hostile-path', path: '../../etc/passwd' }],
    { code: 'unsafe_path', path: '../../etc/passwd' },
  ],
  ['an absolute path', [{ kind: 'hostile-path', path: '/etc/passwd' }], { code: 'unsafe_path', path: '/etc/passwd' }],
  ['a file with the name of a folder', [{ kind: 'hostile-path', path: 'weights' }], { code: 'colliding_paths' }],
  ['a file twice', [{ kind: 'hostile-path', path: 'CONFIG.JSON' }], { code: 'colliding_paths' }],
]

describe('an import from a hub with a permanent fault', () => {
  it.each(broken)('fails by file name and leaves nothing behind for %s', async (_, faults, failure) => {
    const item = await pullUnder(...faults)
    expect(item).toMatchObject({ state: 'FAILED', failure })
    if (failure.path !== undefined) expect(item.failure?.message).toContain(failure.path)
    expect(await visible()).toEqual({ items: [], content: {} })
    expect((await lab.scan()).filter(({ pk }) => String(pk).startsWith(`FILES#${item.repoId}`))).toEqual([])
    expect(await leftoversOf(lab, store, [item.id])).toEqual([])
    expect(await manifestsOf(store)).toEqual([])
    expect(process.deadLetters).toEqual([])
  })

  it.each(broken)('succeeds if repeated after %s, without transferring again what was kept', async (_, faults) => {
    await pullUnder(...faults)
    const kept = (await store.objects.list({ prefix: 'blobs/' })).objects.map(({ key }) => key.slice(-64))
    hub.faults.length = 0
    hub.requests.length = 0
    const item = await process.pull(source, repo)
    expect(item).toMatchObject({ state: 'READY', filesDone: 5 })
    expect(await visible()).toEqual(undisturbed)
    const movedAgain = hub.requests.filter(
      ({ where, path }) => where === 'storage' && kept.some((sha256) => path.includes(sha256)),
    )
    expect(movedAgain).toEqual([])
  })
})

it('refuses a file that is too large to check in one go, by name, and imports the rest without it', async () => {
  await fresh({ limits: { fileBytesMax: 100_000 } })
  const failed = await process.pull(source, repo)
  expect(failed).toMatchObject({ state: 'FAILED', failure: { code: 'file_too_large', path: bigPath } })
  expect(failed.failure?.message).toContain('100000 bytes')
  expect(await process.pull(source, repo, { exclude: [bigPath] })).toMatchObject({ state: 'READY', filesDone: 4 })
})

it('transfers nothing for a second repo with the same large files', async () => {
  await process.pull(source, repo)
  hub.requests.length = 0
  const item = await process.pull(source, `${repo}-copy`)
  expect(item.state).toBe('READY')
  expect(item.bytesHeld).toBeGreaterThan(150_000)
  expect(hub.requests.filter(({ where }) => where === 'storage')).toEqual([])
})
