import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IngestDependencies } from '../../../functions/ingest/dependencies.ts'
import { judgeStreamed, withStoredFiles } from '../../../functions/ingest/steps/mirrored-files.ts'
import { holdStream, releaseStream, rememberSmallFile } from '../../../shared/mirror/streamed-files.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import type { ImportFileItem, ImportItem } from '../../../shared/table/imports.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'
import { guardedTable } from '../../support/guarded-table.ts'

const now = new Date('2026-01-01T00:00:00.000Z')
const sha256 = 'a'.repeat(64)
const gitSha1 = 'b'.repeat(40)
const repo = 'Far/Model'
const mirror = { upstream: 'https://hub.test', visibility: 'public' }
const item = { id: 'imp_1', repo, mirror } as unknown as ImportItem
const file = (rest: Partial<ImportFileItem>): ImportFileItem => ({
  ...{ path: 'x', sizeBytes: 5, state: 'pending', way: 'direct', partSizeBytes: 5, partsTotal: 1, partsDone: 0 },
  ...rest,
})

let held: TestTable
const blobs = new Set<string>()
let dependencies: IngestDependencies
beforeAll(async () => {
  held = await startTable()
  const head = async ({ key }: { key: string }) => (blobs.has(key.slice(-64)) ? {} : undefined)
  const table = guardedTable(held.table, tableAccess.ingest)
  dependencies = { table, objects: { head }, now: () => now } as unknown as IngestDependencies
})
afterAll(() => held.close())

describe('files that a mirror stored while sending them', () => {
  it('are found by the git id of small files, in the same repo only', async () => {
    await rememberSmallFile(held.table, { repo: repo.toLowerCase(), gitSha1, sha256, now })
    const files = [file({ gitSha1 }), file({ gitSha1: 'c'.repeat(40) }), file({ sha256: 'd'.repeat(64) })]
    const named = await withStoredFiles({ item, files }, dependencies)
    expect(named.map((one) => one.sha256)).toEqual([sha256, undefined, 'd'.repeat(64)])
    const elsewhere = await withStoredFiles({ item: { ...item, repo: 'far/other' }, files }, dependencies)
    expect(elsewhere[0]?.sha256).toBeUndefined()
    const { mirror: _, ...plain } = item
    expect(await withStoredFiles({ item: plain, files }, dependencies)).toBe(files)
  })

  it('are waited for while they are being stored, up to a deadline', async () => {
    const one = file({ sha256 })
    expect(await judgeStreamed({ item, file: one }, dependencies)).toBeUndefined()
    await holdStream(held.table, { repo, sha256, until: new Date(now.getTime() + 1000) })
    expect(await judgeStreamed({ item, file: one }, dependencies)).toBe('streamed')
    const late = { ...dependencies, now: () => new Date(now.getTime() + 1001) }
    expect(await judgeStreamed({ item, file: one }, late)).toBeUndefined()
    blobs.add(sha256)
    expect(await judgeStreamed({ item, file: one }, dependencies)).toBe('stored')
    // An upload that has begun continues.
    expect(await judgeStreamed({ item, file: file({ sha256, uploadId: 'u' }) }, dependencies)).toBeUndefined()
    blobs.clear()
    await releaseStream(held.table, { repo, sha256 })
    expect(await judgeStreamed({ item, file: one }, dependencies)).toBeUndefined()
  })
})
