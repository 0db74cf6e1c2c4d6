import { expect, it } from 'vitest'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { getRevision } from '../../shared/table/repos.ts'
import type { HubFile } from '../support/hub/files.ts'
import { startHub } from '../support/hub/start-hub.ts'
import { freshStores } from './support/fresh-stores.ts'
import { type Lab, leftoversOf, manifestsOf, type Store, visibleOf } from './support/lab.ts'
import { sampleFiles, source } from './support/model.ts'
import { IngestProcess } from './support/process.ts'

let lab: Lab
let store: Store
let repo: string
freshStores({
  name: 'inspected',
  begin: (fresh) => {
    lab = fresh.lab
    store = fresh.store
    repo = fresh.repo
  },
})

async function pull(files: HubFile[], objects: ObjectStore = store.objects) {
  await using hub = await startHub({ repos: { 'acme/model': { files } } })
  const process = new IngestProcess({ lab, store: { ...store, objects }, hub })
  const item = await process.pull(source, repo)
  expect(process.deadLetters).toEqual([])
  return { item, metadata: (await getRevision(lab.table, item.repoId, item.revision ?? ''))?.metadata }
}

it('imports files with impossible claims with warnings that fit into the table', async () => {
  const tags = `---\ntags: [${Array.from({ length: 40_000 }, (_, at) => `tag${at}`).join(',')}]\n---\n`
  const header = Buffer.from('{"a":{"dtype":"F32","shape":[1000000000,1000000000,1000000000]}}')
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(header.length))
  const { item, metadata } = await pull([
    { path: 'README.md', content: tags },
    { path: 'config.json', content: '[1,2,3]' },
    { path: 'model.onnx', content: Buffer.alloc(70_000, 0x3a) },
    { path: 'model.safetensors', content: Buffer.concat([prefix, header]) },
  ])
  expect(item).toMatchObject({ state: 'READY', filesDone: 4 })
  expect(metadata).toMatchObject({ onnx: [{ path: 'model.onnx', fault: expect.any(String) }] })
  expect(metadata?.warnings.map((warning) => warning.split(':')[0])).toEqual([
    'README.md',
    'config.json',
    'model.onnx',
    'model.safetensors',
  ])
})

it('keeps a model card whose every list is as long as allowed, and it fits into the table', async () => {
  const list = `[${Array.from({ length: 300 }, (_, at) => `${'語'.repeat(at % 2 === 0 ? 98 : 290)}${at}`).join(',')}]`
  const card = `---\nlicense: mit\ntags: ${list}\nbase_model: ${list}\ndatasets: ${list}\nlanguage: ${list}\n---\n`
  const { item, metadata } = await pull([{ path: 'README.md', content: card }, ...(await sampleFiles()).slice(1)])
  expect(item.state).toBe('READY')
  expect(metadata).toMatchObject({ license: 'mit', warnings: [], onnx: [{ inputs: [{ name: 'X' }] }] })
  expect(metadata?.tags.length).toBeGreaterThan(100)
})

it('loses no metadata if the store fails for a moment', async () => {
  let failures = 3
  const objects: ObjectStore = {
    ...store.objects,
    async get(request) {
      if (request.range !== undefined && failures-- > 0) throw new Error('the store is away')
      return store.objects.get(request)
    },
  }
  const { item, metadata } = await pull(await sampleFiles(), objects)
  expect(item.state).toBe('READY')
  expect(metadata).toMatchObject({ warnings: [], onnx: [{ inputs: [{ name: 'X' }] }] })
})

it('ends READY with a warning if the store cannot be read, because a published revision is not undone', async () => {
  const objects: ObjectStore = {
    ...store.objects,
    async get(request) {
      if (request.range !== undefined) throw new Error('the store is away')
      return store.objects.get(request)
    },
  }
  const { item, metadata } = await pull(await sampleFiles(), objects)
  expect(item).toMatchObject({ state: 'READY' })
  expect(metadata?.warnings).toEqual(['The files could not be read for inspection.'])
  await visibleOf({ table: lab.table, objects: store.objects, repo })
  expect(await manifestsOf(store)).toHaveLength(1)
  expect(await leftoversOf(lab, store, [item.id])).toEqual([])
})
