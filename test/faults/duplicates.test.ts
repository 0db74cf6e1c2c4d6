import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handleMessage } from '../../functions/ingest/handle-message.ts'
import { ensureUpload } from '../../functions/ingest/steps/staged-upload.ts'
import type { ImportItem } from '../../shared/table/imports.ts'
import { keys } from '../../shared/table/keys.ts'
import { ConditionFailed } from '../../shared/table/table.ts'
import type { Fault } from '../support/hub/faults.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { Fuse } from './support/fuse.ts'
import { type Lab, leftoversOf, manifestsOf, startLab, visibleOf } from './support/lab.ts'
import { bigPath, sampleFiles, seeded, source } from './support/model.ts'
import { IngestProcess, importOf } from './support/process.ts'

let lab: Lab
let hub: Hub
let undisturbed: unknown
let runs = 0
const newRepo = () => `acme/run-${++runs}`

beforeAll(async () => {
  lab = await startLab()
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
  const store = await lab.newStore()
  const repo = newRepo()
  await new IngestProcess({ lab, store, hub }).pull(source, repo)
  undisturbed = await visibleOf({ table: lab.table, objects: store.objects, repo })
})
afterAll(async () => {
  await hub.close()
  await lab.close()
})

describe('messages that arrive twice and in any order', () => {
  it.each(Array.from({ length: 12 }, (_, at) => at + 1))('lead to the same registry (seed %i)', async (seed) => {
    const random = seeded(seed)
    const store = await lab.newStore()
    const repo = newRepo()
    const process = new IngestProcess({ lab, store, hub, deliverTwice: true, random })
    hub.faults.push(...[...faultsOf(random)])
    const id = await process.start(source, repo)
    let over = false
    const watching = (async () => {
      for (; !over; await new Promise((resolve) => setTimeout(resolve, 3)))
        await visibleOf({ table: lab.table, objects: store.objects, repo })
    })()
    await process.idle()
    over = true
    await watching
    hub.faults.length = 0

    const item = await importOf(lab, id)
    expect(item).toMatchObject({ state: 'READY', filesDone: 5, filesTotal: 5, bytesDone: item.bytesTotal })
    expect(await visibleOf({ table: lab.table, objects: store.objects, repo })).toEqual(undisturbed)
    expect(await manifestsOf(store)).toHaveLength(1)
    expect(await leftoversOf(lab, store, [id])).toEqual([])
    expect(process.deadLetters).toEqual([])
  })

  it('change nothing if all are delivered again after the end', async () => {
    const store = await lab.newStore()
    const repo = newRepo()
    const process = new IngestProcess({ lab, store, hub })
    const item = await process.pull(source, repo)
    for (const message of process.messages.splice(0)) await process.queue.send({ message })
    await process.idle()
    expect(await importOf(lab, item.id)).toEqual(item)
    expect(await visibleOf({ table: lab.table, objects: store.objects, repo })).toEqual(undisturbed)
    expect(await leftoversOf(lab, store, [item.id])).toEqual([])
  })

  it('change nothing if all are delivered again after a failure', async () => {
    const store = await lab.newStore()
    const repo = newRepo()
    const process = new IngestProcess({ lab, store, hub, deliverTwice: true })
    hub.faults.push({ kind: 'wrong-bytes', match: /config\.json/ })
    const item = await process.pull(source, repo)
    hub.faults.length = 0
    expect(item.state).toBe('FAILED')
    for (const message of process.messages.splice(0)) await process.queue.send({ message })
    await process.idle()
    expect(await importOf(lab, item.id)).toEqual(item)
    expect(await leftoversOf(lab, store, [item.id])).toEqual([])
  })
})

/** A few temporary faults, so that retries mix with duplicates. */
function* faultsOf(random: () => number): Generator<Fault> {
  if (random() < 0.5) yield { kind: 'status', status: 503, where: 'resolve', times: 2 }
  if (random() < 0.5) yield { kind: 'cut', where: 'storage', afterBytes: 10_000, times: 2 }
  if (random() < 0.5) yield { kind: 'wrong-bytes', where: 'storage', match: /big/, times: 1 }
}

describe('a plan that is made a second time', () => {
  it('counts files as the first plan did, even if their blobs have arrived since', async () => {
    const store = await lab.newStore()
    const repo = newRepo()
    // Claim, message, pinned commit, skipped files, five files: without the tenth write the state is still PENDING.
    const doomed = new IngestProcess({ lab, store, hub, fuse: new Fuse({ at: 10, writes: false, dies: true }) })
    const id = await doomed.start(source, repo)
    await doomed.idleOrDead()
    expect((await importOf(lab, id)).state).toBe('PENDING')
    const process = new IngestProcess({ lab, store, hub })
    expect(await process.pull(source, newRepo())).toMatchObject({ state: 'READY' })
    await process.resume()
    await process.idle()
    expect(await importOf(lab, id)).toMatchObject({ state: 'READY', filesDone: 5, filesTotal: 5 })
    expect(await visibleOf({ table: lab.table, objects: store.objects, repo })).toEqual(undisturbed)
  })
})

describe('imports of one source requested at the same time', () => {
  it('are one import', async () => {
    const store = await lab.newStore()
    const repo = newRepo()
    const process = new IngestProcess({ lab, store, hub })
    const ids = await Promise.all(Array.from({ length: 6 }, () => process.start(source, repo)))
    expect(new Set(ids).size).toBe(1)
    await process.idle()
    expect((await importOf(lab, ids[0] ?? '')).state).toBe('READY')
    expect(await process.start(source, repo)).not.toBe(ids[0])
    await process.idle()
  })

  it('start anew, and never fail, if the running one ends at that moment', async () => {
    const store = await lab.newStore()
    const repo = newRepo()
    const process = new IngestProcess({ lab, store, hub })
    for (let round = 0; round < 4; round++) {
      const id = await process.start(source, repo)
      await process.idle()
      expect((await importOf(lab, id)).state).toBe('READY')
      const asked: Promise<string>[] = []
      const next = await process.start(source, repo)
      const idle = process.idle()
      let over = false
      void idle.then(() => {
        over = true
      })
      while (!over) {
        asked.push(process.start(source, repo))
        await new Promise((resolve) => setTimeout(resolve, 2))
        if (asked.length > 30) break
      }
      await expect(Promise.all(asked)).resolves.toContain(next)
      await process.idle()
    }
  })

  it('into several repos share their blobs and are each complete', async () => {
    const store = await lab.newStore()
    const process = new IngestProcess({ lab, store, hub, deliverTwice: true, random: seeded(99) })
    const repos = [newRepo(), newRepo(), newRepo()]
    const ids = await Promise.all(repos.map((repo) => process.start(source, repo)))
    await process.idle()
    for (const repo of repos)
      expect(await visibleOf({ table: lab.table, objects: store.objects, repo })).toEqual(undisturbed)
    expect(await leftoversOf(lab, store, ids)).toEqual([])
  })
})

describe('a message that fails late', () => {
  const failLate = async (item: ImportItem, step: 'transfer' | 'plan' | 'publish' | 'inspect', path = bigPath) => {
    const store = await lab.newStore()
    const broken = () => {
      throw Object.assign(new Error('broken'), {})
    }
    const process = new IngestProcess({ lab, store, hub })
    const { table } = lab
    const message = { step, importId: item.id, path, partNumber: 1, attempt: 100 }
    const dependencies = process.dependencies
    let looks = 0
    // The first read of the import returns an old state, which its twin has since changed.
    const stale = {
      ...dependencies,
      openSource: broken,
      table: {
        ...table,
        get: async (key: { pk: string; sk: string }) =>
          key.sk === 'IMPORT' && looks++ === 0 ? { ...item, state: staleState(step) } : table.get(key),
      },
    } as typeof dependencies
    await handleMessage(message, { receiveCount: 1, signal: new AbortController().signal }, stale)
  }
  const staleState = (step: string) =>
    step === 'plan' ? 'PENDING' : step === 'inspect' ? 'INSPECTING' : 'TRANSFERRING'

  it.each(['plan', 'transfer', 'publish', 'inspect'] as const)('does not end a published import (%s)', async (step) => {
    const store = await lab.newStore()
    const repo = newRepo()
    const item = await new IngestProcess({ lab, store, hub }).pull(source, repo)
    await failLate(item, step)
    expect(await importOf(lab, item.id)).toMatchObject({ state: 'READY', revision: item.revision })
    expect(await visibleOf({ table: lab.table, objects: store.objects, repo })).toEqual(undisturbed)
  })
})

it('a late part of an ended import opens no upload', async () => {
  const store = await lab.newStore()
  const process = new IngestProcess({ lab, store, hub })
  const item = await process.pull(source, newRepo())
  const file = { path: 'late.txt', sizeBytes: 9, state: 'pending', way: 'staged', partSizeBytes: 5 } as const
  const late = { ...file, partsTotal: 2, partsDone: 0 }
  await lab.table.put({ ...keys.importFile(item.id, late.path), ...late })
  await expect(ensureUpload({ importId: item.id, file: late }, process.dependencies)).rejects.toThrow(ConditionFailed)
  expect(await readdir(join(store.root, 'staging', '.uploads'))).toEqual([])
})
