import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'
import { type HubOptions, sha256, startHub } from './hub-with-uploads.ts'

export type UploadHub = Awaited<ReturnType<typeof startHub>>

/** Hubs over one table for the tests of a file, each closed after the test that started it. */
export function freshHubs() {
  let held: TestTable
  const open: UploadHub[] = []
  beforeAll(async () => {
    held = await startTable()
  })
  afterEach(async () => {
    for (const hub of open.splice(0)) await hub.close()
  })
  afterAll(() => held.close())
  return {
    get table() {
      return held.table
    },
    async start(options: Partial<HubOptions> = {}): Promise<UploadHub> {
      const hub = await startHub({ table: held.table, ...options })
      open.push(hub)
      return hub
    },
  }
}

let names = 0
/** A repo that no other test has. */
export async function repoOf(owner: string, person: ReturnType<UploadHub['as']>): Promise<string> {
  const repo = `${owner}/repo-${names++}`
  expect((await person.create(repo)).status).toBe(200)
  return repo
}

export const contentOf = (text: string) => ({ text, oid: sha256(text), size: text.length })
