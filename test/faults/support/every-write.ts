import { expect } from 'vitest'
import { type Hub, startHub } from '../../support/hub/start-hub.ts'
import type { Fuse } from './fuse.ts'
import { type Lab, leftoversOf, manifestsOf, repoManifestsOf, type Store, startLab, visibleOf } from './lab.ts'
import { sampleFiles, source } from './model.ts'
import { IngestProcess } from './process.ts'

export const allManifestsOf = async (store: Store): Promise<unknown[]> => [
  ...(await manifestsOf(store)),
  ...(await repoManifestsOf(store)),
]

/** Imports that are disturbed at each of their writes, and an undisturbed one to compare with. */
export interface EveryWrite {
  hub: Hub
  undisturbed: Awaited<ReturnType<typeof visibleOf>>
  manifests: unknown[]
  newRepo(): string
  /** Runs `work` for 1, 2, 3 and so on, a few at once, until three runs end before their fuse blows. */
  forEachWrite(work: (at: number, lab: Lab) => Promise<Fuse>): Promise<void>
  close(): Promise<void>
}

export async function startEveryWrite(): Promise<EveryWrite> {
  // One database per parallel run, because a resume covers all imports of a database.
  const labs: [Lab, Lab, Lab] = await Promise.all([startLab(), startLab(), startLab()])
  const [lab] = labs
  const hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
  const store = await lab.newStore()
  let runs = 0
  const newRepo = () => `acme/run-${++runs}`
  const repo = newRepo()
  const item = await new IngestProcess({ lab, store, hub }).pull(source, repo)
  expect(item).toMatchObject({ state: 'READY', filesTotal: 5, filesDone: 5 })
  expect(await leftoversOf(lab, store, [item.id])).toEqual([])
  const manifests = await allManifestsOf(store)
  expect(manifests).toHaveLength(2)
  return {
    hub,
    undisturbed: await visibleOf({ table: lab.table, objects: store.objects, repo }),
    manifests,
    newRepo,
    async forEachWrite(work) {
      let at = 0
      let whole = 0
      const run = async (own: Lab) => {
        while (whole < labs.length) whole += (await work(++at, own)).hasBlown ? 0 : 1
      }
      await Promise.all(labs.map(run))
      expect(at).toBeGreaterThan(30)
    },
    async close() {
      await hub.close()
      await Promise.all(labs.map((one) => one.close()))
    },
  }
}
