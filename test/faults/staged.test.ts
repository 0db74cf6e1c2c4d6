import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type Lab, leftoversOf, startLab, visibleOf } from './support/lab.ts'
import { sampleFiles, source } from './support/model.ts'
import { IngestProcess } from './support/process.ts'

let lab: Lab
let hub: Hub
beforeAll(async () => {
  lab = await startLab()
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
})
afterAll(async () => {
  await hub.close()
  await lab.close()
})

it('never publishes a staged file that was replaced after hashing under the hash of its old content', async () => {
  const store = await lab.newStore()
  let forged = 0
  const objects: ObjectStore = {
    ...store.objects,
    async copy(request) {
      if (forged++ === 0)
        await store.objects.put({ key: request.from, body: Buffer.alloc(150_000, 'x'), sizeBytes: 150_000 })
      return store.objects.copy(request)
    },
  }
  const process = new IngestProcess({ lab, store: { ...store, objects }, hub })
  const item = await process.pull(source, 'acme/forged')
  expect(forged).toBeGreaterThan(1)
  expect(item).toMatchObject({ state: 'READY', filesDone: 5 })
  await visibleOf({ table: lab.table, objects: store.objects, repo: 'acme/forged' })
  expect(await leftoversOf(lab, store, [item.id])).toEqual([])
})
