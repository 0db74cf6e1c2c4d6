import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IngestDependencies } from '../../functions/ingest/dependencies.ts'
import { publish } from '../../functions/ingest/steps/publish.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Table, TransactAction } from '../../shared/table/table.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type Lab, leftoversOf, type Store, startLab, visibleOf } from './support/lab.ts'
import { sampleFiles, source } from './support/model.ts'
import { IngestProcess, importOf } from './support/process.ts'

let lab: Lab
let hub: Hub
let store: Store
let goneBlob: string
let undisturbed: unknown

beforeEach(async () => {
  lab = await startLab()
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
  const first = await lab.newStore()
  await new IngestProcess({ lab, store: first, hub }).pull(source, 'acme/undisturbed')
  const seen = await visibleOf({ table: lab.table, objects: first.objects, repo: 'acme/undisturbed' })
  undisturbed = seen
  const files = Object.values(seen.content).flat() as { path: string; sha256: string }[]
  goneBlob = objectKeys.blob(files.find(({ path }) => path === 'config.json')?.sha256 ?? '')
  store = await lab.newStore()
})
afterEach(async () => {
  await hub.close()
  await lab.close()
})

/** Reports a blob as missing, as between a garbage collection that took it and another import that brings it back. */
const without = (objects: ObjectStore): ObjectStore => ({
  ...objects,
  head: async (request) => (request.key === goneBlob ? undefined : objects.head(request)),
})

/** A table that runs `work` in place of the first transaction that is `wanted`; later ones wait for it. */
function insteadOfFirst(
  table: Table,
  wanted: (actions: TransactAction[]) => boolean,
  work: (write: () => Promise<void>) => Promise<void>,
): Table {
  let first: Promise<void> | undefined
  return {
    ...table,
    async transact(actions) {
      const write = () => table.transact(actions)
      if (!wanted(actions)) return write()
      if (first === undefined) {
        first = work(write)
        return first
      }
      await first.catch(() => undefined)
      return write()
    },
  }
}

const publishes = (actions: TransactAction[]) =>
  actions.some((action) => 'put' in action && action.put.sk === 'REF#branch#main')
const countsBack = (actions: TransactAction[]) =>
  actions.some((action) => 'update' in action && action.change.values?.[':files'] === -1)

describe('an import that finds a blob missing after all its files have arrived', () => {
  it('is not published until the file is back, and then shows all of its files', async () => {
    const sent: IngestMessage[] = []
    const queue: IngestDependencies['queue'] = {
      send: async ({ message }) => void sent.push(message),
      sendMany: async ({ messages }) => void sent.push(...messages),
    }
    let id = ''
    // The second delivery checks and takes its count back after the first has checked and before it writes.
    const table = insteadOfFirst(lab.table, publishes, async (write) => {
      const second = { ...process.dependencies, table: lab.table, objects: without(store.objects), queue }
      await publish({ step: 'publish', importId: id, attempt: 1 }, second)
      expect(await importOf(lab, id)).toMatchObject({ filesDone: 4, filesTotal: 5 })
      await write()
    })
    const process = new IngestProcess({ lab: { ...lab, table }, store, hub })
    id = await process.start(source, 'acme/again')
    await process.idle()
    expect(await importOf(lab, id)).toMatchObject({ state: 'TRANSFERRING', filesDone: 4 })

    for (const message of sent) await process.queue.send({ message })
    await process.idle()
    await expectWhole(id)
  })

  it.each([
    ['before', false],
    ['after', true],
  ])('transfers the file again, even if the connection is lost %s the count is taken back', async (_, writesIt) => {
    let isGone = true
    const objects: ObjectStore = {
      ...store.objects,
      head: (request) => (isGone ? without(store.objects) : store.objects).head(request),
    }
    const returning: Table = {
      ...lab.table,
      async transact(actions) {
        await lab.table.transact(actions)
        if (countsBack(actions)) isGone = false
      },
    }
    const table = insteadOfFirst(returning, countsBack, async (write) => {
      if (writesIt) await write()
      throw new Error('the connection was lost')
    })
    const process = new IngestProcess({ lab: { ...lab, table }, store: { ...store, objects }, hub })
    const { id } = await process.pull(source, 'acme/again')
    await expectWhole(id)
  })
})

async function expectWhole(id: string) {
  const item = await importOf(lab, id)
  expect(item).toMatchObject({ state: 'READY', filesDone: 5, filesTotal: 5, bytesDone: item.bytesTotal })
  const { objects } = store
  expect(await visibleOf({ table: lab.table, objects, repo: 'acme/again' })).toEqual(undisturbed)
  expect(await leftoversOf(lab, store, [id])).toEqual([])
}
