import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DropMessage, encodeEventKey } from '../../functions/drop/drop-message.ts'
import { handleDrop } from '../../functions/drop/handle-drop.ts'
import { startImport } from '../../shared/ingest/start-import.ts'
import { createLogger } from '../../shared/log.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { tableAccess } from '../../shared/table/access.ts'
import { getImportDetails, listImports } from '../../shared/table/imports.ts'
import { guardedTable } from '../support/guarded-table.ts'
import { type Lab, leftoversOf, manifestsOf, repoManifestsOf, type Store, startLab, visibleOf } from './support/lab.ts'
import { IngestProcess } from './support/process.ts'

let lab: Lab
let store: Store
let process: IngestProcess
let repo: string
let runs = 0
/** Messages of the drop queue, handed out by the tests. */
let drops: { message: DropMessage; delaySeconds: number }[]
let clock: Date
let queueLife: string | undefined
const quietSeconds = 10

beforeAll(async () => {
  lab = await startLab()
})
afterAll(() => lab.close())
beforeEach(async () => {
  store = await lab.newStore()
  repo = `acme/drop-${++runs}`
  process = new IngestProcess({ lab, store })
  drops = []
  clock = new Date()
})
afterEach(() => process.close())

const folder = (version = 'v1') => join(store.root, 'drop', repo, version)
async function drop(files: Record<string, string>, version = 'v1') {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder(version), path)), { recursive: true })
    await writeFile(join(folder(version), path), content)
  }
}
const handle = (message: unknown, objects: ObjectStore = store.objects) =>
  handleDrop(message, {
    table: guardedTable(lab.table, tableAccess.drop),
    objects,
    ingest: process.queue,
    drops: {
      send: async ({ message: sent, delaySeconds = 0 }) => void drops.push({ message: sent, delaySeconds }),
      sendMany: async () => {},
      ...(queueLife !== undefined && { lifeId: queueLife }),
    },
    quietSeconds,
    log: createLogger({ level: 'silent' }),
    now: () => clock,
  })
const eventOf = (key: string) => ({ Records: [{ s3: { object: { key } } }] })
const event = (path: string, version = 'v1') => handle(eventOf(encodeEventKey(`drop/${repo}/${version}/${path}`)))
const later = (seconds: number) => {
  clock = new Date(clock.getTime() + seconds * 1000)
}
/** A moment later, so that imports are listed in their order. */
const mark = (version?: string) => {
  later(0.001)
  return event('_SUCCESS', version)
}
/** The imports of this test's repo, newest first. */
const imports = async () => (await listImports(lab.table, { limit: 100 })).items.filter((item) => item.repo === repo)
const visible = () => visibleOf({ table: lab.table, objects: store.objects, repo })
const paths = async () =>
  Object.values((await visible()).content).map((files) => (files as { path: string }[]).map(({ path }) => path))

describe('a drop with a marker', () => {
  it('is imported as the version of its folder, without the marker and without pickles', async () => {
    await drop({ 'config.json': '{}', 'sub/a b+ü.txt': 'text', 'weights.pkl': 'pickle', _SUCCESS: '' })
    await mark()
    await process.idle()
    const [item] = await imports()
    expect(item).toMatchObject({ state: 'READY', tag: 'v1' })
    expect(await getImportDetails(lab.table, item?.id ?? '')).toMatchObject({
      skipped: [{ path: 'weights.pkl', reason: expect.stringContaining('pickle') }],
    })
    expect(await paths()).toEqual([['config.json', 'sub/a b+ü.txt']])
    const { items } = await visible()
    expect(items).toContainEqual(expect.objectContaining({ kind: 'tag', name: 'v1', revision: item?.revision }))
    expect(await leftoversOf(lab, store, [item?.id ?? ''])).toEqual([])
  })

  it('moves large files in parts', async () => {
    await drop({ 'big.txt': 'x'.repeat(9 * 1024 ** 2), _SUCCESS: '' })
    await mark()
    await process.idle()
    expect(await imports()).toMatchObject([{ state: 'READY' }])
    expect(await paths()).toEqual([['big.txt']])
    expect(process.messages.filter(({ step }) => step === 'transfer').length).toBeGreaterThan(100)
  })

  it('is one import however often and in whatever order its events come', async () => {
    await drop({ 'a.txt': 'a', 'b.txt': 'b', _SUCCESS: '' })
    await Promise.all([mark(), event('b.txt'), mark(), event('a.txt'), event('a.txt'), mark()])
    await process.idle()
    later(3600)
    for (const { message } of drops.splice(0)) await handle(message)
    await mark()
    await process.idle()
    expect(await imports()).toMatchObject([{ state: 'READY' }])
    expect(drops).toEqual([])
  })

  it('is imported once more when the same is dropped again, and stays the same revision', async () => {
    await drop({ 'a.txt': 'a', _SUCCESS: '' })
    await mark()
    await process.idle()
    const before = await visible()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await drop({ 'a.txt': 'a', _SUCCESS: '' })
    await mark()
    await process.idle()
    const all = await imports()
    expect(all).toMatchObject([{ state: 'READY' }, { state: 'READY' }])
    expect(all[0]?.revision).toBe(all[1]?.revision)
    expect(await visible()).toEqual(before)
  })

  it('makes a new revision under a new version', async () => {
    for (const version of ['v1', 'v2']) {
      await drop({ 'a.txt': version, _SUCCESS: '' }, version)
      await mark(version)
      await process.idle()
    }
    const [second, first] = await imports()
    expect(second?.revision).not.toBe(first?.revision)
    const { items } = await visible()
    expect(items).toContainEqual(expect.objectContaining({ name: 'v1', revision: first?.revision }))
    expect(items).toContainEqual(expect.objectContaining({ name: 'v2', revision: second?.revision }))
    expect(items).toContainEqual(expect.objectContaining({ name: 'main', revision: second?.revision }))
  })

  it('fails by the name of its version when that has other content, and changes nothing', async () => {
    await drop({ 'a.txt': 'one', _SUCCESS: '' })
    await mark()
    await process.idle()
    const before = await visible()
    await drop({ 'a.txt': 'two', _SUCCESS: '' })
    await mark()
    await process.idle()
    const [item] = await imports()
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'version_exists' } })
    expect(item?.failure?.message).toContain('"v1"')
    expect(await visible()).toEqual(before)
    expect(await leftoversOf(lab, store, [item?.id ?? ''])).toEqual([])
    await mark()
    await process.idle()
    expect(await imports()).toHaveLength(2)
  })

  it('fails when it holds nothing', async () => {
    await drop({ _SUCCESS: '' })
    await mark()
    await process.idle()
    const message = expect.stringMatching(/^The drop folder "drop\/.+\/" holds no files\. Check its name/)
    expect(await imports()).toMatchObject([{ state: 'FAILED', failure: { code: 'nothing_to_import', message } }])
    expect((await visible()).items).toEqual([])
  })

  it('is nothing when it was taken away again', async () => {
    await mark()
    await event('a.txt')
    for (const { message } of drops.splice(0)) await handle(message)
    expect(await imports()).toEqual([])
    expect(drops).toEqual([])
  })
})

describe('a drop without a marker', () => {
  it('is imported when nothing of it has changed for the quiet time, and not before', async () => {
    await drop({ 'a.txt': 'a' })
    await event('a.txt')
    expect(drops).toMatchObject([{ delaySeconds: quietSeconds }])
    later(4)
    const [first] = drops.splice(0)
    await handle(first?.message)
    expect(await imports()).toEqual([])
    const [again] = drops.splice(0)
    expect(again?.delaySeconds).toBeGreaterThanOrEqual(6)
    later(again?.delaySeconds ?? 0)
    await handle(again?.message)
    await process.idle()
    expect(await imports()).toMatchObject([{ state: 'READY', tag: 'v1' }])
  })

  it('is listed once per quiet time, however many of its files appear', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${at}.txt`, 'x']))
    await drop(files)
    for (const path of Object.keys(files)) await event(path)
    expect(drops).toHaveLength(1)
    let listed = 0
    const counting: ObjectStore = {
      ...store.objects,
      list: (request) => {
        listed++
        return store.objects.list(request)
      },
    }
    // Events at once may each send their own: all but one are left aside.
    const doubled = [...drops.splice(0), { message: { settle: { repo, version: 'v1', id: 'another' } } }]
    later(4)
    for (const { message } of doubled.toReversed()) await handle(message, counting)
    expect([listed, drops.length]).toEqual([1, 1])
    await event('1.txt')
    expect(drops).toHaveLength(1)
    later(20)
    for (const { message } of drops.splice(0)) await handle(message, counting)
    await process.idle()
    expect([listed, drops.length]).toEqual([2, 0])
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 40 }])
  })

  it('is looked at also when the look that was to come was lost', async () => {
    await drop({ 'a.txt': 'a' })
    await event('a.txt')
    drops.length = 0
    later(3600)
    await event('a.txt')
    expect(drops).toHaveLength(1)
  })

  it('is looked at also when the queue was one of an earlier process', async () => {
    await drop({ 'a.txt': 'a' })
    queueLife = 'first'
    await event('a.txt')
    queueLife = 'second'
    await event('a.txt')
    queueLife = undefined
    expect(drops).toHaveLength(2)
  })

  it('waits while some of its files are imported by hand', async () => {
    await drop({ 'a.txt': 'a', 'b.txt': 'b' })
    const byHand = await startImport({
      table: lab.table,
      queue: { send: async () => {}, sendMany: async () => {} },
      source: { kind: 's3-drop', repo, version: 'v1' },
      repo,
      tag: 'v1',
      include: ['a.txt'],
      createdBy: 'test',
      now: clock,
    })
    await mark()
    expect(drops).toHaveLength(1)
    expect(await imports()).toMatchObject([{ id: byHand.item.id }])
  })

  it('is looked at again after an import that it changed under', async () => {
    await drop({ 'a.txt': 'a' })
    later(quietSeconds + 5)
    const settle = { settle: { repo, version: 'v1' } }
    const held = { ...process.queue, send: async () => {} }
    const paused = process.queue
    Object.assign(process, { queue: held })
    await handle(settle)
    Object.assign(process, { queue: paused })
    await drop({ 'b.txt': 'b' })
    later(quietSeconds + 5)
    await handle(settle)
    expect(drops).toMatchObject([{ message: settle }])
    expect(await imports()).toHaveLength(1)
  })
})

it('a drop of more files than a source may have fails and says so, once', async () => {
  const found = Array.from({ length: 20_500 }, (_, at) => ({
    key: `drop/${repo}/v1/${String(at).padStart(5, '0')}.txt`,
    sizeBytes: 1,
    etag: '"x"',
    modifiedAt: new Date(0),
  }))
  const list: ObjectStore['list'] = async ({ prefix, cursor = '0' }) => {
    if (!prefix.startsWith('drop/')) return { objects: [] }
    const end = Number(cursor) + 1000
    return { objects: found.slice(Number(cursor), end), cursor: end < found.length ? String(end) : undefined }
  }
  const objects = { ...store.objects, list }
  process = new IngestProcess({ lab, store: { ...store, objects } })
  for (let again = 0; again < 2; again++) {
    await handle(eventOf(encodeEventKey(`drop/${repo}/v1/_SUCCESS`)), objects)
    await process.idle()
  }
  const failed = await imports()
  expect(failed).toMatchObject([{ state: 'FAILED', failure: { code: 'too_many_files' } }])
  expect(failed[0]?.failure?.message).toContain('20000')
  expect(await leftoversOf(lab, store, [failed[0]?.id ?? ''])).toEqual([])
})

describe('what is dropped', () => {
  it.each([
    ['a name that cannot be decoded', 'drop/acme/model/v1/%ff'],
    ['a broken escape', 'drop/acme/model/v1/%'],
    ['no version', 'drop/acme/model/x'],
    ['".." for an owner', 'drop/../model/v1/x'],
    ['".." for a version', 'drop/acme/model/../x'],
    ['a version that no tag is called', 'drop/acme/model/HEAD/x'],
    ['an owner that is none', 'drop/ac--me/model/v1/x'],
    ['no name at all', 'drop///v1/x'],
    ['another folder', 'blobs/sha256/aa/x'],
  ])('with %s is left alone', async (_, key) => {
    const before = (await listImports(lab.table, { limit: 100 })).items.length
    await handle(eventOf(key))
    expect(drops).toEqual([])
    expect((await listImports(lab.table, { limit: 100 })).items).toHaveLength(before)
  })

  it('with ".." in the name of a file fails by that name', async () => {
    await drop({ 'a.txt': 'a' })
    const hostile = { key: `drop/${repo}/v1/../../../key`, sizeBytes: 3, etag: '"x"', modifiedAt: new Date() }
    const objects = { ...store.objects, list: async () => ({ objects: [hostile] }) }
    process = new IngestProcess({ lab, store: { ...store, objects } })
    await handle(eventOf(encodeEventKey(hostile.key)), objects)
    for (const { message } of drops.splice(0)) {
      later(3600)
      await handle(message, objects)
    }
    await process.idle()
    const [item] = await imports()
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'unsafe_path', path: '../../../key' } })
  })

  it('leaves a manifest that names its version, so that the bucket alone can rebuild the registry', async () => {
    await drop({ 'ok.txt': 'x', _SUCCESS: '' })
    await mark()
    await process.idle()
    const [item] = await imports()
    const revision = item?.revision
    const written = (await manifestsOf(store)).find(({ id }) => id === revision)
    expect(written).toMatchObject({ files: [{ path: 'ok.txt', sizeBytes: 1 }] })
    const named = (await repoManifestsOf(store)).find(({ refs }) => refs.some((ref) => ref.revision === revision))
    expect(named?.refs).toEqual([
      { kind: 'branch', name: 'main', revision },
      { kind: 'tag', name: 'v1', revision },
    ])
  })

  it.each([
    ['a backslash', 'a\\b.txt'],
    ['a line break', 'a\nb.txt'],
    ['a name that is not normalised', 'u\u0308.txt'],
  ])('with %s in a name fails by that name', async (_, path) => {
    await drop({ [path]: 'x', 'ok.txt': 'x', _SUCCESS: '' })
    await mark()
    await process.idle()
    const shown = path.replace('\n', '\u{fffd}')
    expect(await imports()).toMatchObject([{ state: 'FAILED', failure: { code: 'unsafe_path', path: shown } }])
    expect((await visible()).items).toEqual([])
  })

  it('as a folder that is called like a file is what is in it', async () => {
    await drop({ 'model.onnx/config.json': '{}', _SUCCESS: '' })
    await symlink('/etc/passwd', join(folder(), 'link.txt'))
    await mark()
    await process.idle()
    expect(await imports()).toMatchObject([{ state: 'READY' }])
    expect(await paths()).toEqual([['model.onnx/config.json']])
  })

  it('and changed between the list and the reading, to the same size, fails and keeps nothing', async () => {
    await drop({ 'a.txt': 'one', 'b.txt': 'two', _SUCCESS: '' })
    const objects: ObjectStore = {
      ...store.objects,
      async list(request) {
        const page = await store.objects.list(request)
        if (request.prefix.startsWith('drop/') && changes++ === 1) {
          await writeFile(join(folder(), 'new'), 'xxx')
          await rename(join(folder(), 'new'), join(folder(), 'a.txt'))
        }
        return page
      },
    }
    let changes = 0
    process = new IngestProcess({ lab, store: { ...store, objects } })
    await handle(eventOf(encodeEventKey(`drop/${repo}/v1/_SUCCESS`)), objects)
    await process.idle()
    const [item] = await imports()
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'source_changed', path: 'a.txt' } })
    expect((await visible()).items).toEqual([])
    expect(await leftoversOf(lab, store, [item?.id ?? ''])).toEqual([])
    await drop({ _SUCCESS: '' })
    await mark()
    await process.idle()
    expect((await imports())[0]).toMatchObject({ state: 'READY' })
  })

  it('and taken away before the reading fails by its name', async () => {
    await drop({ 'a.txt': 'one', _SUCCESS: '' })
    const objects: ObjectStore = {
      ...store.objects,
      async get(request) {
        if (request.key.startsWith('drop/')) await rm(folder(), { recursive: true, force: true })
        return store.objects.get(request)
      },
    }
    process = new IngestProcess({ lab, store: { ...store, objects } })
    await mark()
    await process.idle()
    expect((await imports())[0]).toMatchObject({ state: 'FAILED', failure: { code: 'source_changed', path: 'a.txt' } })
  })
})
