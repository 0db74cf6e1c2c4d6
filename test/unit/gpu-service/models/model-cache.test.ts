import { readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { temporaryFolder } from '../support/folders.ts'
import { createMemoryObjects } from '../support/memory-objects.ts'

const revision = 'a'.repeat(40)
const request = { repo: 'team/model', repoId: repoIdOf('team/model'), revision, file: 'onnx/model.onnx' }
const files = {
  'onnx/model.onnx': Buffer.alloc(200_000, 'graph'),
  'onnx/model.onnx_data': Buffer.from('weights'),
  'onnx/model_int8.onnx': Buffer.from('another graph'),
  'onnx/model_int8.onnx_data': Buffer.from('its weights'),
  'model.safetensors': Buffer.from('other weights'),
  'config.json': Buffer.from('{}'),
  '1_Pooling/config.json': Buffer.from('{}'),
  'README.md': Buffer.from('# card'),
}

async function start() {
  const objects = createMemoryObjects()
  await publish({ objects, ...request, files })
  const root = await temporaryFolder()
  const blobReads = () => objects.reads.filter((key) => key.startsWith('blobs/')).length
  return { objects, root, blobReads, cache: new ModelCache({ objects, root }) }
}

const namesIn = async (root: string) => (await readdir(root, { recursive: true })).filter((name) => name.includes('.'))

async function corrupt(objects: Awaited<ReturnType<typeof start>>['objects'], file: string) {
  const manifest = JSON.parse(String(objects.content.get(objectKeys.manifest(request.repoId, revision))))
  const { sha256 } = manifest.files.find(({ path }: { path: string }) => path === file)
  const key = objectKeys.blob(sha256)
  const content = Buffer.from(objects.content.get(key) ?? '')
  content[0] = (content[0] ?? 0) ^ 1
  objects.content.set(key, content)
  return key
}

describe('ModelCache', () => {
  it('fetches the graph, its own weights and the small text files, and nothing else', async () => {
    const { cache, root } = await start()
    const { paths, root: folder } = await cache.materialise(request)
    expect([...paths].sort()).toEqual([
      '1_Pooling/config.json',
      'config.json',
      'onnx/model.onnx',
      'onnx/model.onnx_data',
    ])
    expect(await readFile(join(folder, 'onnx/model.onnx'))).toEqual(files['onnx/model.onnx'])
    expect(await namesIn(join(root, revision))).toHaveLength(4)
  })

  it('fetches each file once for concurrent callers', async () => {
    const { cache, blobReads } = await start()
    await Promise.all([cache.materialise(request), cache.materialise(request), cache.materialise(request)])
    expect(blobReads()).toBe(4)
  })

  it('reuses the files of an earlier process, and fetches incomplete ones again', async () => {
    const { cache, objects, root, blobReads } = await start()
    const { root: folder } = await cache.materialise(request)
    await truncate(join(folder, 'onnx/model.onnx'), 100)
    await new ModelCache({ objects, root }).materialise(request)
    expect(blobReads()).toBe(5)
    expect(await readFile(join(folder, 'onnx/model.onnx'))).toEqual(files['onnx/model.onnx'])
  })

  it('lets two processes fill one folder', async () => {
    const { objects, root } = await start()
    const caches = [new ModelCache({ objects, root }), new ModelCache({ objects, root })]
    const [one] = await Promise.all(caches.map((cache) => cache.materialise(request)))
    expect(await readFile(join(one?.root ?? '', 'onnx/model.onnx'))).toEqual(files['onnx/model.onnx'])
    expect((await namesIn(root)).filter((name) => name.includes('.partial'))).toEqual([])
  })

  it('refuses content that does not match its sha256, by file name, and keeps none of it', async () => {
    const { cache, objects, root } = await start()
    await corrupt(objects, 'onnx/model.onnx')
    await expect(cache.materialise(request)).rejects.toMatchObject({
      code: 'unsupported_model',
      message: expect.stringContaining('"onnx/model.onnx" does not match its sha256'),
    })
    expect((await namesIn(root)).filter((name) => name.includes('model.onnx'))).toEqual([])
  })

  it('names a file missing from the store or the revision, and a missing manifest', async () => {
    const { cache, objects } = await start()
    objects.content.delete(await corrupt(objects, 'config.json'))
    await expect(cache.materialise(request)).rejects.toThrow('"config.json" is not in the store')
    await expect(cache.materialise({ ...request, file: 'absent.onnx' })).rejects.toThrow('no file "absent.onnx"')
    await expect(cache.materialise({ ...request, revision: 'b'.repeat(40) })).rejects.toThrow('has no manifest')
  })

  it('refuses a tokenizer too large to read on the HTTP thread, before fetching it', async () => {
    const { cache, objects, blobReads } = await start()
    const key = objectKeys.manifest(request.repoId, revision)
    const manifest = JSON.parse(String(objects.content.get(key)))
    const large = { path: 'tokenizer.json', sizeBytes: 33 * 1024 * 1024, sha256: 'c'.repeat(64) }
    objects.content.set(key, Buffer.from(JSON.stringify({ ...manifest, files: [...manifest.files, large] })))
    await expect(cache.materialise(request)).rejects.toThrow(
      '"tokenizer.json" has 34603008 bytes; the limit is 33554432',
    )
    expect(blobReads()).toBe(0)
  })

  it('refuses a damaged manifest, and one whose paths leave the folder', async () => {
    const { cache, objects, root } = await start()
    const key = objectKeys.manifest(request.repoId, revision)
    const evil = { path: '../config.json', sizeBytes: 1, sha256: 'c'.repeat(64) }
    const manifest = JSON.parse(String(objects.content.get(key)))
    objects.content.set(key, Buffer.from(JSON.stringify({ ...manifest, files: [...manifest.files, evil] })))
    await expect(cache.materialise(request)).rejects.toThrow('"../config.json" is not safe')
    objects.content.set(key, Buffer.from('{"files": 3}'))
    await expect(cache.materialise(request)).rejects.toThrow('is damaged')
    expect(await namesIn(root)).toEqual([])
  })

  it('ignores the partial files of a killed process', async () => {
    const { cache, root } = await start()
    const { root: folder } = await cache.materialise(request)
    await writeFile(join(folder, 'onnx/model.onnx.0000.partial'), 'half')
    const { paths } = await new ModelCache({ objects: (await start()).objects, root }).materialise(request)
    expect(paths.size).toBe(4)
  })

  it('removes old partial files at start, not those that another process is writing', async () => {
    const { cache, root } = await start()
    const { root: folder } = await cache.materialise(request)
    const [old, fresh] = [join(folder, 'onnx/a.partial'), join(folder, 'onnx/b.partial')]
    const other = new ModelCache({ objects: createMemoryObjects(), root })
    await other.sweep()
    for (const path of [old, fresh]) await writeFile(path, 'half')
    await utimes(old, new Date(0), new Date(Date.now() - 2 * 3_600_000))
    await cache.sweep()
    expect((await namesIn(root)).filter((name) => name.endsWith('.partial'))).toEqual([`${revision}/onnx/b.partial`])
    expect(await readFile(join(folder, 'onnx/model.onnx'))).toEqual(files['onnx/model.onnx'])
  })

  it('removes the least recently used revisions beyond its size, and none in use', async () => {
    const { objects, root } = await start()
    const revisions = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(40))
    const cache = new ModelCache({ objects, root, maxBytes: 450_000 })
    for (const [index, one] of revisions.entries()) {
      await publish({ objects, ...request, revision: one, files })
      await cache.materialise({ ...request, revision: one })
      await utimes(join(root, one), index, index)
    }
    // Used again, so no longer the oldest.
    const used = await cache.hold({ revision: 'b'.repeat(40) })
    used.release()
    await writeFile(join(root, 'not-a-revision'), 'x')
    const held = await cache.hold({ revision: 'a'.repeat(40) })
    await utimes(join(root, 'a'.repeat(40)), 0, 0)
    await cache.trim()
    const kept = ['a'.repeat(40), 'b'.repeat(40), 'locks', 'not-a-revision']
    expect((await readdir(root)).sort()).toEqual(kept)
    held.release()
  })

  it('counts a revision as used until it is released', async () => {
    const { objects, root } = await start()
    const [busy, other] = ['a'.repeat(40), 'b'.repeat(40)]
    const cache = new ModelCache({ objects, root, maxBytes: 250_000 })
    for (const one of [busy, other]) {
      await publish({ objects, ...request, revision: one, files })
      await cache.materialise({ ...request, revision: one })
    }
    const held = await cache.hold({ revision: busy })
    await utimes(join(root, busy), 1, 1)
    await utimes(join(root, other), 2, 2)
    held.release()
    await cache.trim()
    expect((await readdir(root)).sort()).toEqual([busy, 'locks'])
  })
})
