import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepFolder } from '../../infra/local/sweep-folder.ts'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore, SizeMismatch, UploadMissing } from '../../shared/objects/object-store.ts'
import { objectStoreSuite } from './object-store.ts'
import { bytes, contentOf, keysBelow } from './test-store.ts'

async function startFolder() {
  const root = await mkdtemp(join(tmpdir(), 'slipway-objects-'))
  const close = () => rm(root, { recursive: true, force: true })
  return { root, objects: createFolderObjectStore({ root }), close }
}

objectStoreSuite('a folder', startFolder)

describe('a folder as an object store', () => {
  let root: string
  let objects: ObjectStore
  let close: () => Promise<void>
  const put = (key: string, text: string) => objects.put({ key, body: bytes(text), sizeBytes: text.length })
  const filesUnder = async (folder: string) =>
    (await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []))
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)

  beforeEach(async () => {
    ;({ root, objects, close } = await startFolder())
  })
  afterEach(() => close())

  it.each([
    'blobs',
    'blobs/',
    'blobs//x',
    'blobs/../key',
    'blobs/./x',
    '../key',
    '/etc/passwd',
    'drop/a/../../../key',
    'drop/a\\b',
    'drop/a\0b',
    'database/x',
    'key',
    '',
    `drop/${'x'.repeat(256)}`,
  ])('refuses the key %j wherever it is used', async (key) => {
    const not = /is not a key of this store/
    await expect(async () => objects.head({ key })).rejects.toThrow(not)
    await expect(async () => objects.get({ key })).rejects.toThrow(not)
    await expect(put(key, 'x')).rejects.toThrow(not)
    await expect(objects.copy({ from: key, to: 'blobs/a' })).rejects.toThrow(not)
    await expect(objects.delete({ keys: [key] })).rejects.toThrow(not)
    await expect(objects.uploads.create({ key })).rejects.toThrow(not)
    expect(await filesUnder('.')).toEqual([])
  })

  it('lists the uploads that are open beside what a file manager left among them', async () => {
    const key = objectKeys.staging('imp_1', 'f')
    await objects.uploads.create({ key })
    await writeFile(join(root, 'staging', '.uploads', '.DS_Store'), '')
    const open = await objects.uploads.open({ prefix: 'staging/', limit: 10 })
    expect(open.map((upload) => upload.key)).toEqual([key])
  })

  it('takes only plain files of a drop for objects: no links, folders or pipes', async () => {
    const secret = join(root, 'key')
    const folder = join(root, 'drop', 'acme', 'model', 'v1')
    await mkdir(join(folder, 'config.json'), { recursive: true })
    await mkdir(join(root, 'elsewhere'))
    await writeFile(join(root, 'elsewhere', 'file'), 'x')
    await writeFile(secret, 'hf_secret')
    await writeFile(join(folder, 'real'), 'x')
    await symlink(secret, join(folder, 'link'))
    await symlink(join(root, 'elsewhere'), join(folder, 'folder-link'))
    await symlink(join(root, 'nowhere'), join(folder, 'broken-link'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const prefix = 'drop/acme/model/v1/'
    expect(await keysBelow(objects, 'drop/')).toEqual([`${prefix}real`])
    for (const name of ['link', 'broken-link', 'pipe', 'config.json', 'folder-link']) {
      expect(await objects.head({ key: prefix + name })).toBeUndefined()
      await expect(objects.get({ key: prefix + name })).rejects.toThrow(ObjectMissing)
      await expect(objects.copy({ from: prefix + name, to: 'blobs/x' })).rejects.toThrow(ObjectMissing)
    }
    await objects.delete({ keys: [`${prefix}config.json`, `${prefix}real/below`] })
    expect(await keysBelow(objects, 'drop/')).toEqual([`${prefix}real`])
  })

  it('lists a drop whose folders are called as its own', async () => {
    const key = 'drop/acme/model/v1/staging/.writing/x'
    await put(key, 'x')
    await put('drop/acme/model/v1/staging/.uploads/y', 'y')
    expect(await keysBelow(objects, 'drop/')).toHaveLength(2)
  })

  it('leaves no temporary file behind, whatever goes wrong', async () => {
    await put('manifests/a', 'x')
    await expect(put('manifests/a/b', 'below a file')).rejects.toThrow()
    await mkdir(join(root, 'manifests', 'folder', 'full'), { recursive: true })
    await expect(put('manifests/folder', 'over a folder')).rejects.toThrow()
    await expect(objects.put({ key: 'manifests/c', body: bytes('x'), sizeBytes: 2 })).rejects.toThrow(SizeMismatch)
    await put('staging/imp/x', 'x')
    for (let again = 0; again < 2; again++) await objects.copy({ from: 'staging/imp/x', to: 'blobs/x' })
    await objects.put({ key: 'blobs/x', body: bytes('x'), sizeBytes: 1, ifAbsent: true })
    expect(await filesUnder('staging/.writing')).toEqual([])
  })

  it('lists every object, whichever folders beside them come and go meanwhile', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `drop/acme/model/v1/d${index}/f`).toSorted()
    for (const key of keys) await put(key, 'x')
    let isOver = false
    const comeAndGo = async () => {
      for (let turn = 0; !isOver; turn++) {
        const folder = join(root, 'drop', 'acme', 'other', `v${turn % 5}`)
        await mkdir(join(folder, 'a', 'b'), { recursive: true })
        await rm(folder, { recursive: true, force: true })
      }
    }
    const coming = comeAndGo()
    try {
      for (let times = 0; times < 400; times++) expect(await keysBelow(objects, 'drop/')).toEqual(keys)
    } finally {
      isOver = true
      await coming
    }
  })

  it('keeps the copy of a backup whole where the file rots that it is of, and the other way round', async () => {
    await put('blobs/a', 'whole')
    await objects.copy({ from: 'blobs/a', to: 'backups/blobs/a' })
    await writeFile(join(root, 'blobs/a'), 'rotten')
    expect(await contentOf(objects, 'backups/blobs/a')).toBe('whole')
    await objects.copy({ from: 'backups/blobs/a', to: 'blobs/a' })
    await writeFile(join(root, 'backups/blobs/a'), 'rotten')
    expect(await contentOf(objects, 'blobs/a')).toBe('whole')
  })

  it('tells when a file came, not the time that was copied along with it', async () => {
    const path = join(root, 'drop', 'acme', 'model', 'v1', 'x')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'x')
    await utimes(path, new Date(0), new Date(0))
    const info = await objects.head({ key: 'drop/acme/model/v1/x' })
    expect(Date.now() - (info?.modifiedAt.getTime() ?? 0)).toBeLessThan(60_000)
  })

  it('does not mix two states of a file that changes while it is read', async () => {
    const path = join(root, 'drop', 'acme', 'model', 'v1', 'x')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'a'.repeat(300_000))
    const { body } = await objects.get({ key: 'drop/acme/model/v1/x' })
    const reading = body[Symbol.asyncIterator]()
    await reading.next()
    await writeFile(path, 'b'.repeat(300_000))
    await expect(buffer({ [Symbol.asyncIterator]: () => reading })).rejects.toThrow('changed while it was being read')
  })

  it('completes an upload again after a death between the object and the end of its parts', async () => {
    const key = objectKeys.staging('imp_1', 'f')
    const { uploadId } = await objects.uploads.create({ key })
    const parts: { partNumber: number; etag: string }[] = []
    for (const partNumber of [1, 2])
      parts.push({
        partNumber,
        ...(await objects.uploads.putPart({ key, uploadId, partNumber, body: bytes('ab'), sizeBytes: 2 })),
      })
    const [folder = ''] = await readdir(join(root, 'staging', '.uploads'))
    await rm(join(root, 'staging', '.uploads', folder, '00001'))
    await expect(objects.uploads.complete({ key, uploadId, parts })).rejects.toThrow(UploadMissing)
  })

  it('is cleared at a start of what killed writers left, and keeps uploads that may go on', async () => {
    await sweepFolder({ root, now: new Date() })
    const key = objectKeys.staging('imp_1', 'f')
    const { uploadId } = await objects.uploads.create({ key })
    const part = await objects.uploads.putPart({ key, uploadId, partNumber: 1, body: bytes('a'), sizeBytes: 1 })
    await put('staging/imp_1/g', 'staged')
    await mkdir(join(root, 'staging', '.writing'), { recursive: true })
    await writeFile(join(root, 'staging', '.writing', 'half'), 'x')
    const old = await objects.uploads.create({ key })
    const [oldFolder = ''] = (await readdir(join(root, 'staging', '.uploads'))).filter((name) =>
      name.endsWith(old.uploadId),
    )
    await utimes(join(root, 'staging', '.uploads', oldFolder), new Date(0), new Date(0))
    await sweepFolder({ root, now: new Date() })
    expect(await filesUnder('staging/.writing')).toEqual([])
    expect(await readdir(join(root, 'staging', '.uploads'))).toHaveLength(1)
    expect(await keysBelow(objects, 'staging/')).toEqual(['staging/imp_1/g'])
    await objects.uploads.complete({ key, uploadId, parts: [{ partNumber: 1, ...part }] })
    expect(await contentOf(objects, key)).toBe('a')
  })

  it('shows whole objects only, however often the writer is killed', async () => {
    const module = fileURLToPath(new URL('../../shared/objects/folder-object-store.ts', import.meta.url))
    const script = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.module).then(async ({ createFolderObjectStore }) => {
        const objects = createFolderObjectStore({ root: workerData.root })
        parentPort.postMessage('ready')
        for (let round = 0; ; round++) {
          const body = Buffer.alloc(200_000, 65 + (round % 26))
          await objects.put({ key: 'manifests/a', body, sizeBytes: body.length })
        }
      })`
    for (let death = 0; death < 5; death++) {
      const writer = new Worker(script, { eval: true, workerData: { module, root } })
      await once(writer, 'message')
      await new Promise((resolve) => setTimeout(resolve, 5 + death * 7))
      await writer.terminate()
      const content = await contentOf(objects, 'manifests/a').catch((error) => {
        if (error instanceof ObjectMissing) return 'A'.repeat(200_000)
        throw error
      })
      expect(content.length === 200_000 && content === content.charAt(0).repeat(200_000)).toBe(true)
      expect((await keysBelow(objects, 'manifests/')).length).toBeLessThanOrEqual(1)
      expect(await keysBelow(objects, 'staging/')).toEqual([])
    }
  })
})
