import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allManifestsOf, type EveryWrite, startEveryWrite } from './support/every-write.ts'
import { Fuse } from './support/fuse.ts'
import { leftoversOf, visibleOf } from './support/lab.ts'
import { source } from './support/model.ts'
import { IngestProcess, importOf } from './support/process.ts'

let test: EveryWrite
beforeAll(async () => {
  test = await startEveryWrite()
})
afterAll(() => test.close())

describe('an import whose process dies', () => {
  it('after any of its writes ends as if nothing had happened', { timeout: 600_000 }, async () => {
    const { hub, undisturbed, manifests, newRepo } = test
    await test.forEachWrite(async (at, lab) => {
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
      // If not even the claim was written, nothing happened and the caller was told so.
      const again = id ?? (await heir.start(source, repo))
      await heir.idle()
      expect({ at, ...(await importOf(lab, again)) }).toMatchObject({ at, state: 'READY', filesDone: 5, filesTotal: 5 })
      expect({ at, ...(await visible()) }).toEqual({ at, ...undisturbed })
      expect(await allManifestsOf(store)).toEqual(manifests)
      expect({ at, left: await leftoversOf(lab, store, [again]) }).toEqual({ at, left: [] })
      expect(heir.deadLetters).toEqual([])
      return doomed.fuse
    })
  })
})
