import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BackupRecord } from '../../../functions/maintenance/backup/format.ts'
import { listBackups, readRecord } from '../../../functions/maintenance/backup/list-backups.ts'
import type { BlobLine } from '../../../functions/maintenance/backup/save-blobs.ts'
import { readPart } from '../../../functions/maintenance/backup/write-part.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { itemSizeBytes } from '../../../shared/table/item-size.ts'
import { getJob } from '../../../shared/table/maintenance-jobs.ts'
import { Fuse } from '../../faults/support/fuse.ts'
import { startRegistry, type TestRegistry } from './support/registry.ts'

const day = 86_400_000
let registry: TestRegistry
beforeEach(async () => {
  registry = await startRegistry()
  await registry.repo('acme/one', { 'a.txt': 'a' })
})
afterEach(() => registry.close())

const at = (days: number) => registry.maintenance({ now: () => new Date(Date.now() + days * day) })
const ids = async () => (await listBackups(registry.objects)).map(({ id }) => id)
const blobsOf = async (record: BackupRecord | undefined) => {
  const lists = record?.parts.filter(({ kind }) => kind === 'blobs') ?? []
  const lines = lists.map((part) => readPart<BlobLine>(registry.objects, { id: record?.id ?? '', part }))
  return new Set((await Promise.all(lines)).flat().map(({ sha256 }) => sha256))
}
const savedBlobs = async () => (await registry.objects.list({ prefix: 'backups/blobs/' })).objects.length

describe('a backup', () => {
  it('is complete only once its record is written, which comes last', async () => {
    const { memo } = await at(0).run('backup')
    const [{ record } = {}] = await listBackups(registry.objects)
    expect(record).toMatchObject({ id: memo.backup, items: expect.any(Number) })
    await registry.objects.delete({ keys: [objectKeys.backup(String(memo.backup), 'backup.json')] })
    expect((await at(0).run('restore', { mode: 'merge' })).failure).toMatchObject({ code: 'backup_not_found' })
  })

  it('may have any number of parts without growing the item of its job', async () => {
    const small = registry.maintenance({ limits: { pagesAtOnce: 1, itemsAtOnce: 2 } })
    const { memo } = await small.run('backup', { objects: true })
    const [{ record } = {}] = await listBackups(registry.objects)
    expect(record?.parts.length).toBeGreaterThan(20)
    expect(itemSizeBytes(memo)).toBeLessThan(1000)
    expect((await blobsOf(record)).size).toBe((await registry.objects.list({ prefix: 'blobs/' })).objects.length)
  })

  it('is deleted when it is too old, with the blobs that only it has, but never the newest complete one', async () => {
    const first = (await at(0).run('backup', { objects: true })).memo.backup
    const blobs = await savedBlobs()
    await registry.hub('/api/repos/delete', 'DELETE', { name: 'acme/one' })
    await at(31).run('gc')
    await registry.repo('acme/two')
    const second = (await at(20).run('backup', { objects: true, keepDays: 7 })).memo.backup
    expect(await ids()).toEqual([second])
    expect(first).not.toBe(second)
    expect(await savedBlobs()).toBeLessThan(blobs)
    await at(400).run('backup', { keepDays: 1 })
    expect(await ids()).toHaveLength(1)
  })

  it('reads the blob lists of all backups in parallel to find unused blobs', async () => {
    for (const days of [0, 1, 2]) await at(days).run('backup', { objects: true })
    const { objects } = registry
    let [now, most] = [0, 0]
    const get: typeof objects.get = async (request) => {
      if (!/blobs-\d+\.ndjson\.gz$/.test(request.key)) return objects.get(request)
      most = Math.max(most, ++now)
      for (let turns = 0; most < 3 && turns < 1000; turns++) await setImmediate()
      return objects.get(request).finally(() => now--)
    }
    await registry.maintenance({ objects: { ...objects, get } }).run('backup')
    expect(most).toBe(3)
  })

  it('with objects restores deleted blobs', async () => {
    await at(0).run('backup', { objects: true })
    const { objects } = await registry.objects.list({ prefix: 'blobs/' })
    await registry.objects.delete({ keys: objects.map(({ key }) => key) })
    expect((await at(0).run('restore', { mode: 'merge', objects: true })).counts).toMatchObject({
      blobsRestored: objects.length,
    })
    expect((await at(1).run('fsck', { deep: true })).counts.discrepancies ?? 0).toBe(0)
  })

  it.each([
    { what: 'fails', writes: false },
    { what: 'succeeds without an answer', writes: true },
  ])('with objects lists every blob, whichever write $what', async ({ writes }) => {
    await registry.repo('acme/two', { 'b.txt': 'bb' })
    const inBucket = (await registry.objects.list({ prefix: 'blobs/' })).objects.length
    let [at, moment] = [0, Date.now() + 3_600_000]
    for (let hasBlown = true; hasBlown; ) {
      const fuse = new Fuse({ at: ++at, writes, dies: false })
      const maintenance = registry.maintenance({
        table: fuse.table(registry.database.table),
        objects: fuse.objects(registry.objects),
        limits: { pagesAtOnce: 4, itemsAtOnce: 10 },
        now: () => new Date(moment),
      })
      const begun = () => maintenance.start('backup', { objects: true })
      const { job } = await begun().catch(begun)
      // Like a queue: a message that failed is redelivered once its lease has expired.
      for (let [message] = maintenance.waiting; message !== undefined; [message] = maintenance.waiting) {
        if (await maintenance.step().catch(() => false)) continue
        maintenance.waiting.unshift(message)
        moment += 20 * 60_000
      }
      hasBlown = fuse.hasBlown
      const { memo } = (await getJob(registry.database.table, job.id)) ?? {}
      const record = await readRecord(registry.objects, String(memo?.backup))
      expect((await blobsOf(record)).size, `the write ${at}`).toBe(inBucket)
    }
    expect(at).toBeGreaterThan(15)
  })

  it('is read again if a read fails once', async () => {
    await at(0).run('backup')
    let reads = 0
    const { objects } = registry
    const get: typeof objects.get = async (request) => {
      if (request.key.endsWith('registry-00001.ndjson.gz') && ++reads === 3) throw new Error('the disk failed')
      return objects.get(request)
    }
    const job = await registry.maintenance({ objects: { ...objects, get } }).run('restore', { mode: 'replace' })
    expect([job.state, reads]).toEqual(['DONE', 4])
  })

  it('restores all blobs it can, and names the others', async () => {
    await at(0).run('backup', { objects: true })
    const blobs = (await registry.objects.list({ prefix: 'blobs/' })).objects.map(({ key }) => key)
    const [damaged = '', gone = ''] = blobs.map((key) => key.split('/').at(-1) ?? '')
    await registry.objects.delete({ keys: [...blobs, objectKeys.backupBlob(gone)] })
    await registry.objects.put({ key: objectKeys.backupBlob(damaged), body: Buffer.from('x'), sizeBytes: 1 })
    const { failure } = await at(0).run('restore', { mode: 'merge', objects: true })
    expect(failure).toMatchObject({ code: 'blob_lost', message: expect.stringContaining(`${damaged} is damaged`) })
    expect(failure?.message).toContain(`${gone} is not there`)
    expect((await registry.objects.list({ prefix: 'blobs/' })).objects).toHaveLength(blobs.length - 2)
    expect((await at(0).run('restore', { mode: 'merge' })).state).toBe('DONE')
  })

  it('with objects fails if one of them is damaged', async () => {
    const [blob] = (await registry.objects.list({ prefix: 'blobs/' })).objects
    await registry.objects.put({ key: blob?.key ?? '', body: Buffer.from('x'), sizeBytes: 1 })
    const job = await at(0).run('backup', { objects: true })
    expect(job).toMatchObject({ state: 'FAILED', failure: { code: 'blob_lost' } })
    expect((await listBackups(registry.objects)).filter(({ record }) => record !== undefined)).toEqual([])
  })

  it('is checked for damage before anything is written', async () => {
    const id = String((await at(0).run('backup')).memo.backup)
    const key = objectKeys.backup(id, 'registry-00001.ndjson.gz')
    const before = await registry.objects.head({ key })
    await registry.objects.put({ key, body: Buffer.from('x'), sizeBytes: 1 })
    const items = await registry.database.scan()
    await registry.database.table.deleteMany(items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })))
    expect(before).toBeDefined()
    expect((await at(0).run('restore')).failure).toMatchObject({ code: 'backup_damaged' })
    const left = (await registry.database.scan()).filter(({ pk }) => !/^(?:MAINTENANCE|FINDINGS)#/.test(String(pk)))
    expect(left).toEqual([])
  })

  it('contains no session, no token, no plain secret and no running work', async () => {
    const { table } = registry.database
    await table.put({ pk: 'REFRESH#abc', sk: 'REFRESH', userId: 'u' })
    await table.put({ pk: 'SIGNING#', sk: 'one', privateJwk: { d: 'secret' } })
    await table.put({
      pk: `IMPORT#imp_1`,
      sk: 'IMPORT',
      id: 'imp_1',
      state: 'TRANSFERRING',
      activePk: 'x',
      activeSk: 'y',
    })
    await table.put({ pk: `IMPORT#imp_2`, sk: 'IMPORT', id: 'imp_2', state: 'READY' })
    await at(0).run('backup')
    await table.deleteMany((await registry.database.scan()).map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })))
    await at(0).run('restore')
    const kinds = (await registry.database.scan()).map(({ pk, sk }) => `${pk} ${sk}`)
    expect(kinds).toContain('IMPORT#imp_2 IMPORT')
    expect(kinds.filter((kind) => /^(?:REFRESH|SIGNING|IMPORT#imp_1|UPLOAD)/.test(kind))).toEqual([])
  })

  it('fails at an item of an unknown kind instead of losing it', async () => {
    await registry.database.table.put({ pk: 'NOVEL#1', sk: 'NOVEL' })
    expect(await at(0).run('backup')).toMatchObject({ state: 'FAILED', failure: { code: 'unknown_item' } })
  })
})
