import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IngestDependencies } from '../../functions/ingest/dependencies.ts'
import { getRevision } from '../../shared/table/repos.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type Lab, leftoversOf, type Store, startLab, visibleOf } from './support/lab.ts'
import { bigPath, sampleFiles, source } from './support/model.ts'
import { IngestProcess, importOf } from './support/process.ts'

let lab: Lab
let hub: Hub
let store: Store
let repo: string
let runs = 0
beforeAll(async () => {
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
})
afterAll(() => hub.close())
beforeEach(async () => {
  // One per test, because a sweep covers all imports of a database.
  lab = await startLab()
  store = await lab.newStore()
  repo = `acme/dying-${++runs}`
  return () => lab.close()
})

type Deadly = (dependencies: IngestDependencies, kill: () => Promise<never>) => IngestDependencies

const whileReading =
  (deadlyPath: string): Deadly =>
  (dependencies, kill) => ({
    ...dependencies,
    openSource: (item) => {
      const opened = dependencies.openSource(item)
      return { ...opened, open: (request) => (request.file.path === deadlyPath ? kill() : opened.open(request)) }
    },
  })

const whileListing: Deadly = (dependencies, kill) => ({
  ...dependencies,
  openSource: (item) => ({ ...dependencies.openSource(item), list: kill }),
})

const whileInspecting: Deadly = (dependencies, kill) => ({
  ...dependencies,
  objects: {
    ...dependencies.objects,
    get: (request) => (request.range === undefined ? dependencies.objects.get(request) : kill()),
  },
})

describe('a step that kills its process each time', () => {
  it.each(['config.json', bigPath])('fails the import by file name: %s', async (path) => {
    const process = new IngestProcess({ lab, store, hub, deadly: whileReading(path) })
    const item = await process.pull(source, repo)
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'step_died', path } })
    expect(item.failure?.message).toContain(path)
    expect(process.deadLetters).toEqual([])
    expect(await visibleOf({ table: lab.table, objects: store.objects, repo })).toEqual({ items: [], content: {} })
    expect(await leftoversOf(lab, store, [item.id])).toEqual([])
  })

  it('fails an import that cannot be listed', async () => {
    const process = new IngestProcess({ lab, store, hub, deadly: whileListing })
    expect(await process.pull(source, repo)).toMatchObject({ state: 'FAILED', failure: { code: 'step_died' } })
    expect(process.deadLetters).toEqual([])
  })

  it('leaves a published import READY, with a warning', async () => {
    const process = new IngestProcess({ lab, store, hub, deadly: whileInspecting })
    const item = await process.pull(source, repo)
    expect(item).toMatchObject({ state: 'READY' })
    const revision = await getRevision(lab.table, item.repoId, item.revision ?? '')
    expect(revision?.metadata?.warnings).toEqual(['The files could not be read for inspection.'])
    expect(process.deadLetters).toEqual([])
  })
})

describe('an import whose messages are lost', () => {
  const minuteMs = 60_000
  /** The steps sent to the queue since the last call. */
  const sentBy = (process: IngestProcess) => process.messages.splice(0).map(({ step }) => step)
  /** An import whose messages are never processed. */
  const standing = async (deadly: Deadly) => {
    const process = new IngestProcess({ lab, store, hub, deadly })
    const queue = { ...process.queue, send: async () => {}, sendMany: async () => {} }
    process.dependencies.queue = queue
    const id = await process.start(source, repo)
    await process.idle()
    process.messages.length = 0
    return { process, id, at: new Date((await importOf(lab, id)).updatedAt) }
  }
  const nothingDeadly: Deadly = (dependencies) => dependencies

  it('is resumed once per quiet time, and less and less often if it makes no progress', async () => {
    const { process, at } = await standing(nothingDeadly)
    const resumedAfter: number[] = []
    for (let minute = 30; minute < 16 * 60; minute += 5) {
      const before = new Date(at.getTime() + (minute - 30) * minuteMs + 1)
      if ((await process.resume({ before, pauseMs: 30 * minuteMs, resumesMax: 5 })) > 0) resumedAfter.push(minute)
    }
    const gaps = resumedAfter.slice(1).map((minute, index) => minute - (resumedAfter[index] ?? 0))
    expect(gaps.map((gap) => Math.round(gap / 30))).toEqual([1, 2, 4, 8])
    expect(sentBy(process).filter((step) => step === 'plan')).toHaveLength(5)
  })

  it('gets one message from several simultaneous sweeps', async () => {
    const { process, at } = await standing(nothingDeadly)
    const before = new Date(at.getTime() + 1)
    const sweeps = Array.from({ length: 5 }, () => process.resume({ before, pauseMs: minuteMs }))
    expect((await Promise.all(sweeps)).reduce((sum, resumed) => sum + resumed)).toBe(1)
  })

  it('fails by the name of a file it waits for, after it was resumed in vain often enough', async () => {
    const { process, id } = await standing(nothingDeadly)
    for (let times = 1; times <= 3; times++)
      await process.resume({ before: new Date(Date.now() + times * minuteMs), resumesMax: 3 })
    await process.idle()
    expect((await importOf(lab, id)).state).toBe('TRANSFERRING')
    await process.resume({ before: new Date(Date.now() + 10 * minuteMs), resumesMax: 3 })
    await process.idle()
    const item = await importOf(lab, id)
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'stood_still', path: expect.any(String) } })
    expect(await leftoversOf(lab, store, [id])).toEqual([])
  })

  it('is not given up while it makes progress', async () => {
    const { process, id } = await standing(nothingDeadly)
    for (let times = 1; times <= 5; times++) {
      await process.resume({ before: new Date(Date.now() + times * minuteMs), resumesMax: 1 })
      await lab.table.update(
        { pk: `IMPORT#${id}`, sk: 'IMPORT' },
        { expression: 'ADD bytesDone :one', values: { ':one': 1 } },
      )
    }
    await process.idle()
    expect((await importOf(lab, id)).state).toBe('TRANSFERRING')
  })
})
