import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { Fuse } from './support/fuse.ts'
import { type Lab, leftoversOf, manifestsOf, startLab, visibleOf } from './support/lab.ts'
import { sampleFiles, source } from './support/model.ts'
import { IngestProcess, importOf } from './support/process.ts'

/** One database for each of the runs at once: what resumes imports resumes all of a database. */
let labs: Lab[]
let hub: Hub
let undisturbed: Awaited<ReturnType<typeof visibleOf>>
let manifests: unknown[]
let runs = 0
const newRepo = () => `acme/run-${++runs}`

beforeAll(async () => {
  labs = await Promise.all([startLab(), startLab(), startLab()])
  const [lab] = labs as [Lab]
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
  const store = await lab.newStore()
  const process = new IngestProcess({ lab, store, hub })
  const repo = newRepo()
  const item = await process.pull(source, repo)
  expect(item).toMatchObject({ state: 'READY', filesTotal: 5, filesDone: 5 })
  expect(await leftoversOf(lab, store, [item.id])).toEqual([])
  undisturbed = await visibleOf({ table: lab.table, objects: store.objects, repo })
  manifests = await manifestsOf(store)
  expect(manifests).toHaveLength(1)
})
afterAll(async () => {
  await hub.close()
  await Promise.all(labs.map((lab) => lab.close()))
})

/** Runs `work` for 1, 2, 3 and so on, a few at once, until its fuse is longer than the work, several times over. */
async function forEachWrite(work: (at: number, lab: Lab) => Promise<Fuse>) {
  let at = 0
  let whole = 0
  const run = async (lab: Lab) => {
    while (whole < labs.length) whole += (await work(++at, lab)).hasBlown ? 0 : 1
  }
  await Promise.all(labs.map(run))
  expect(at).toBeGreaterThan(30)
}

describe('an import whose process dies', () => {
  it('after any of its writes ends as if nothing had happened', async () => {
    await forEachWrite(async (at, lab) => {
      const store = await lab.newStore()
      const repo = newRepo()
      const visible = () => visibleOf({ table: lab.table, objects: store.objects, repo })
      const doomed = new IngestProcess({ lab, store, hub, fuse: new Fuse({ at, writes: true, dies: true }) })
      const id = await doomed.start(source, repo).catch(() => undefined)
      await doomed.idleOrDead()
      await visible()

      const heir = new IngestProcess({ lab, store, hub })
      await heir.resume()
      await heir.idle()
      // Where even the claim was not written, nothing happened and the asker was told so.
      const again = id ?? (await heir.start(source, repo))
      await heir.idle()
      expect({ at, ...(await importOf(lab, again)) }).toMatchObject({ at, state: 'READY', filesDone: 5, filesTotal: 5 })
      expect({ at, ...(await visible()) }).toEqual({ at, ...undisturbed })
      expect(await manifestsOf(store)).toEqual(manifests)
      expect({ at, left: await leftoversOf(lab, store, [again]) }).toEqual({ at, left: [] })
      expect(heir.deadLetters).toEqual([])
      return doomed.fuse
    })
  })
})

describe('an import that loses one connection', () => {
  it.each([
    ['before', false],
    ['after', true],
  ])('%s any of its writes ends as if nothing had happened', async (_, writesIt) => {
    await forEachWrite(async (at, lab) => {
      const store = await lab.newStore()
      const repo = newRepo()
      const process = new IngestProcess({ lab, store, hub, fuse: new Fuse({ at, writes: writesIt, dies: false }) })
      const id = await process.start(source, repo).catch(() => process.start(source, repo))
      await process.idle()
      await process.resume()
      await process.idle()
      expect({ at, ...(await importOf(lab, id)) }).toMatchObject({ at, state: 'READY', filesDone: 5, filesTotal: 5 })
      expect({ at, ...(await visibleOf({ table: lab.table, objects: store.objects, repo })) }).toEqual({
        at,
        ...undisturbed,
      })
      expect({ at, left: await leftoversOf(lab, store, [id]) }).toEqual({ at, left: [] })
      return process.fuse
    })
  })
})
