import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EveryWrite, startEveryWrite } from './support/every-write.ts'
import { Fuse } from './support/fuse.ts'
import { leftoversOf, visibleOf } from './support/lab.ts'
import { source } from './support/model.ts'
import { IngestProcess, importOf } from './support/process.ts'

let test: EveryWrite
beforeEach(async () => {
  test = await startEveryWrite()
})
afterEach(() => test.close())

describe('an import that loses one connection', () => {
  it.each([
    ['before', false],
    ['after', true],
  ])('%s any of its writes ends as if nothing had happened', { timeout: 600_000 }, async (_, writesIt) => {
    const { hub, undisturbed, newRepo } = test
    await test.forEachWrite(async (at, lab) => {
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
