import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeEventKey } from '../../functions/drop/drop-message.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { listImports } from '../../shared/table/imports.ts'
import { type DropTest, eventOf, freshDrops } from './support/drop-test.ts'
import { manifestsOf, repoManifestsOf } from './support/lab.ts'

let drop: DropTest
freshDrops('dropped-files', (fresh) => {
  drop = fresh
})

it('a drop of more files than the limit fails once and says so', async () => {
  const found = Array.from({ length: 20_500 }, (_, at) => ({
    key: `drop/${drop.repo}/v1/${String(at).padStart(5, '0')}.txt`,
    sizeBytes: 1,
    etag: '"x"',
    modifiedAt: new Date(0),
  }))
  const list: ObjectStore['list'] = async ({ prefix, cursor = '0' }) => {
    if (!prefix.startsWith('drop/')) return { objects: [] }
    const end = Number(cursor) + 1000
    return { objects: found.slice(Number(cursor), end), cursor: end < found.length ? String(end) : undefined }
  }
  const objects = { ...drop.store.objects, list }
  drop.importFrom(objects)
  for (let again = 0; again < 2; again++) {
    await drop.event('_SUCCESS', { objects })
    await drop.idle()
  }
  const failed = await drop.imports()
  expect(failed).toMatchObject([{ state: 'FAILED', failure: { code: 'too_many_files' } }])
  expect(failed[0]?.failure?.message).toContain('20000')
  expect(await drop.leftovers()).toEqual([])
})

describe('a dropped path', () => {
  it.each([
    ['a name that cannot be decoded', 'drop/acme/model/v1/%ff'],
    ['a broken escape', 'drop/acme/model/v1/%'],
    ['no version', 'drop/acme/model/x'],
    ['".." for an owner', 'drop/../model/v1/x'],
    ['".." for a version', 'drop/acme/model/../x'],
    ['a version that no tag may have as its name', 'drop/acme/model/HEAD/x'],
    ['an invalid owner', 'drop/ac--me/model/v1/x'],
    ['no name at all', 'drop///v1/x'],
    ['another folder', 'blobs/sha256/aa/x'],
  ])('with %s is ignored', async (_, key) => {
    const before = (await listImports(drop.lab.table, { limit: 100 })).items.length
    await drop.handle(eventOf(key))
    expect(drop.looks).toEqual([])
    expect((await listImports(drop.lab.table, { limit: 100 })).items).toHaveLength(before)
  })

  it('with ".." in a file name fails by that name', async () => {
    await drop.put({ 'a.txt': 'a' })
    const hostile = { key: `drop/${drop.repo}/v1/../../../key`, sizeBytes: 3, etag: '"x"', modifiedAt: new Date() }
    const objects = { ...drop.store.objects, list: async () => ({ objects: [hostile] }) }
    drop.importFrom(objects)
    await drop.handle(eventOf(encodeEventKey(hostile.key)), objects)
    for (const { message } of drop.looks.splice(0)) {
      drop.later(3600)
      await drop.handle(message, objects)
    }
    await drop.idle()
    const [item] = await drop.imports()
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'unsafe_path', path: '../../../key' } })
  })

  it('leads to a manifest that names its version, so that the bucket alone can rebuild the registry', async () => {
    await drop.put({ 'ok.txt': 'x', _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const [item] = await drop.imports()
    const revision = item?.revision
    const written = (await manifestsOf(drop.store)).find(({ id }) => id === revision)
    expect(written).toMatchObject({ files: [{ path: 'ok.txt', sizeBytes: 1 }] })
    const named = (await repoManifestsOf(drop.store)).find(({ refs }) => refs.some((ref) => ref.revision === revision))
    expect(named?.refs).toEqual([
      { kind: 'branch', name: 'main', revision },
      { kind: 'tag', name: 'v1', revision },
    ])
  })

  it.each([
    ['a backslash', 'a\\b.txt'],
    ['a line break', 'a\nb.txt'],
    ['a name that is not normalised', 'u\u0308.txt'],
  ])('with %s in a file name fails by that name', async (_, path) => {
    await drop.put({ [path]: 'x', 'ok.txt': 'x', _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const shown = path.replace('\n', '\u{fffd}')
    expect(await drop.imports()).toMatchObject([{ state: 'FAILED', failure: { code: 'unsafe_path', path: shown } }])
    expect((await drop.visible()).items).toEqual([])
  })

  it('with a folder named like a file is imported as a folder, and links are ignored', async () => {
    await drop.put({ 'model.onnx/config.json': '{}', _SUCCESS: '' })
    await symlink('/etc/passwd', join(drop.folder(), 'link.txt'))
    await drop.mark()
    await drop.idle()
    expect(await drop.imports()).toMatchObject([{ state: 'READY' }])
    expect(await drop.paths()).toEqual([['model.onnx/config.json']])
  })

  it('changed to the same size between listing and reading fails and keeps nothing', async () => {
    await drop.put({ 'a.txt': 'one', 'b.txt': 'two', _SUCCESS: '' })
    const objects: ObjectStore = {
      ...drop.store.objects,
      async list(request) {
        const page = await drop.store.objects.list(request)
        if (request.prefix.startsWith('drop/') && changes++ === 1) {
          await writeFile(join(drop.folder(), 'new'), 'xxx')
          await rename(join(drop.folder(), 'new'), join(drop.folder(), 'a.txt'))
        }
        return page
      },
    }
    let changes = 0
    drop.importFrom(objects)
    await drop.event('_SUCCESS', { objects })
    await drop.idle()
    const [item] = await drop.imports()
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'source_changed', path: 'a.txt' } })
    expect((await drop.visible()).items).toEqual([])
    expect(await drop.leftovers()).toEqual([])
    await drop.put({ _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    expect((await drop.imports())[0]).toMatchObject({ state: 'READY' })
  })

  it('removed before reading fails by its name', async () => {
    await drop.put({ 'a.txt': 'one', _SUCCESS: '' })
    const objects: ObjectStore = {
      ...drop.store.objects,
      async get(request) {
        if (request.key.startsWith('drop/')) await rm(drop.folder(), { recursive: true, force: true })
        return drop.store.objects.get(request)
      },
    }
    drop.importFrom(objects)
    await drop.mark()
    await drop.idle()
    expect((await drop.imports())[0]).toMatchObject({
      state: 'FAILED',
      failure: { code: 'source_changed', path: 'a.txt' },
    })
  })
})
