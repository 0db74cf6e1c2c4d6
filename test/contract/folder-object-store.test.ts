import { once } from 'node:events'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { sweepFolder } from '../../infra/local/sweep-folder.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import { ObjectMissing, SizeMismatch, UploadMissing } from '../../shared/objects/object-store.ts'
import { objectStoreSuite } from './object-store.ts'
import { filesUnder, objects, put, root, startFolder, useFolder } from './test-folder.ts'
import { bytes, contentOf, keysBelow } from './test-store.ts'

objectStoreSuite('a folder', startFolder)

describe('a folder as an object store', () => {
  useFolder()

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
  ])('refuses the key %j in every operation', async (key) => {
    const not = /is not a key of this store/
    await expect(async () => objects.head({ key })).rejects.toThrow(not)
    await expect(async () => objects.get({ key })).rejects.toThrow(not)
    await expect(put(key, 'x')).rejects.toThrow(not)
    await expect(objects.copy({ from: key, to: 'blobs/a' })).rejects.toThrow(not)
    await expect(objects.delete({ keys: [key] })).rejects.toThrow(not)
    await expect(objects.uploads.create({ key })).rejects.toThrow(not)
    expect(await filesUnder('.')).toEqual([])
  })

  it('leaves no temporary file behind after any failure', async () => {
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

  it('keeps a backup copy intact if the original is damaged, and the other way round', async () => {
    await put('blobs/a', 'whole')
    await objects.copy({ from: 'blobs/a', to: 'backups/blobs/a' })
    await writeFile(join(root, 'blobs/a'), 'rotten')
    expect(await contentOf(objects, 'backups/blobs/a')).toBe('whole')
    await objects.copy({ from: 'backups/blobs/a', to: 'blobs/a' })
    await writeFile(join(root, 'backups/blobs/a'), 'rotten')
    expect(await contentOf(objects, 'blobs/a')).toBe('whole')
  })

  it('reports an upload as missing if the process died while its parts were being deleted', async () => {
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

  it('removes at start what killed writers left, and keeps uploads that can continue', async () => {
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

  it('removes at start the empty folders of finished work, so that imports do not add up on the disk', async () => {
    await put('staging/imp_1/parts/f', 'staged')
    await put('staging/imp_2/f', 'still staged')
    await objects.delete({ keys: ['staging/imp_1/parts/f'] })
    await sweepFolder({ root, now: new Date() })
    expect(await readdir(join(root, 'staging'))).toEqual(['imp_2'])
    expect(await keysBelow(objects, 'staging/')).toEqual(['staging/imp_2/f'])
    await put('staging/imp_1/parts/f', 'staged again')
    expect(await keysBelow(objects, 'staging/')).toContain('staging/imp_1/parts/f')
  })

  it('shows only whole objects, however often the writer is killed', async () => {
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
