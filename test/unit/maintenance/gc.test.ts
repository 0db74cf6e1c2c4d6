import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import { createOrganisation, listMembers, putMember } from '../../../shared/table/members.ts'
import {
  ensureOrganisation,
  ensurePersonal,
  findOwner,
  type MemberItem,
  type OwnerItem,
} from '../../../shared/table/owners.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { findRepo } from '../../../shared/table/repos.ts'
import { writeRevisionFiles } from '../../../shared/table/revision-write.ts'
import type { Table } from '../../../shared/table/table.ts'
import { countUse } from '../../../shared/table/usage.ts'
import { startRegistry, type TestRegistry } from './support/registry.ts'

const day = 86_400_000
let registry: TestRegistry
beforeEach(async () => {
  registry = await startRegistry()
  await registry.repo('acme/kept', { 'a.txt': 'both have this' })
  await registry.repo('acme/gone', { 'a.txt': 'both have this', 'b.txt': 'only in the deleted one' })
  await registry.repo('globex/other', { 'a.txt': 'both have this' })
})
afterEach(() => registry.close())

const later = (days: number) => registry.maintenance({ now: () => new Date(Date.now() + days * day) })
const idOf = async (name: string) => (await findRepo(registry.database.table, { name, withDeleted: true }))?.id ?? ''
const blobs = async () =>
  (await registry.objects.list({ prefix: 'blobs/' })).objects.map(({ key }) => key.split('/').at(-1))
const usageOf = (owner: string) => registry.database.table.get<Record<string, number>>(keys.usage(owner))
const state = async () => {
  const items = (await registry.database.scan()).filter(
    ({ pk }) => !/^(?:MAINTENANCE|FINDINGS|ROUND)#/.test(String(pk)),
  )
  return items.toSorted((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1))
}

async function deleteGone() {
  await registry.hub('/api/repos/delete', 'DELETE', { name: 'acme/gone' })
  await registry.ingest()
}

describe('a collection', () => {
  it('keeps a deleted repo during its grace period, and then removes all of it', async () => {
    const id = await idOf('acme/gone')
    const before = await blobs()
    await deleteGone()
    expect((await later(29).run('gc')).counts.reposPurged ?? 0).toBe(0)
    expect(await blobs()).toEqual(before)
    const { counts, state: ended } = await later(31).run('gc')
    expect(ended).toBe('DONE')
    expect(counts).toMatchObject({ reposPurged: 1, blobsFreed: 2 })
    const left = (await registry.database.scan()).filter((item) => JSON.stringify(item).includes(id))
    expect(left.filter(({ pk }) => !String(pk).startsWith('AUDIT#'))).toEqual([])
    expect((await registry.objects.list({ prefix: `manifests/${id}` })).objects).toEqual([])
    expect((await blobs()).length).toBe(before.length - 2)
    expect((await registry.maintenance().run('fsck', { deep: true })).counts.discrepancies ?? 0).toBe(0)
  })

  it('releases only the stored bytes that no other repo of the owner needs, exactly once', async () => {
    const before = await usageOf('acme')
    const other = await usageOf('globex')
    await deleteGone()
    expect(await usageOf('acme')).toEqual(before)
    await later(31).run('gc')
    const freed = 'only in the deleted one'.length + '---\nlicense: mit\n---\n# acme/gone\n'.length
    expect(await usageOf('acme')).toMatchObject({ repos: 1, storedBytes: (before?.storedBytes ?? 0) - freed })
    await later(32).run('gc')
    expect(await usageOf('acme')).toMatchObject({ repos: 1, storedBytes: (before?.storedBytes ?? 0) - freed })
    expect(await usageOf('globex')).toEqual(other)
  })

  it('reports in a dry run what it would free, and changes nothing', async () => {
    await deleteGone()
    const [items, files] = [await state(), await blobs()]
    const { counts } = await later(31).run('gc', { dryRun: true })
    expect(await state()).toEqual(items)
    expect(await blobs()).toEqual(files)
    expect((await registry.objects.list({ prefix: 'staging/' })).objects).toEqual([])
    const real = (await later(31).run('gc')).counts
    for (const what of ['reposPurged', 'blobsFreed', 'bytesFreed', 'heldFreed', 'heldBytesFreed'])
      expect(counts[what], what).toBe(real[what])
  })

  it('keeps a repo that is restored just before its removal', async () => {
    await deleteGone()
    const { table } = registry.database
    const id = await idOf('acme/gone')
    const maintenance = registry.maintenance({ now: () => new Date(Date.now() + 31 * day), limits: { budgetMs: 0 } })
    await maintenance.start('gc')
    await maintenance.step()
    await changeRepo(table, id, ({ deletedAt: _, ...repo }) => ({ repo }))
    while (await maintenance.step());
    await registry.ingest([{ step: 'write-repo-manifest', repoId: id, attempt: 1 }])
    expect(await findRepo(table, { name: 'acme/gone' })).toMatchObject({ id })
    expect((await registry.maintenance().run('fsck', { deep: true })).counts.discrepancies ?? 0).toBe(0)
  })

  it('removes the files of a revision that was never published, which can then not be published', async () => {
    const { table } = registry.database
    const repoId = await idOf('acme/kept')
    const [revision, sha256] = ['e'.repeat(40), 'd'.repeat(64)]
    const files = Array.from({ length: 150 }, (_, index) => ({ path: `f${index}`, sizeBytes: 1, sha256 }))
    await writeRevisionFiles(table, { repoId, revision, files, now: new Date() })
    expect((await later(0.5).run('gc')).counts.revisionsFreed ?? 0).toBe(0)
    expect((await later(2).run('gc')).counts).toMatchObject({ revisionsFreed: 1, itemsFreed: 151 })
    const left = (await registry.database.scan()).filter(({ pk, sk }) => `${pk} ${sk}`.includes(revision))
    expect(left).toEqual([])
  })

  it('removes unused staged objects after a week, and not before', async () => {
    const put = (key: string) => registry.objects.put({ key, body: Buffer.from('x'), sizeBytes: 1 })
    await put(objectKeys.staging('imp_lost', 'abc'))
    expect((await later(6).run('gc')).counts.objectsFreed ?? 0).toBe(0)
    expect((await later(8).run('gc')).counts).toMatchObject({ objectsFreed: 1 })
  })

  it('aborts a multipart upload after a week, unless an import continues it', async () => {
    const { uploads } = registry.objects
    const begin = (importId: string) => uploads.create({ key: objectKeys.staging(importId, 'abc') })
    await begin('imp_lost')
    const { uploadId } = await begin('imp_active')
    const item = { ...keys.import('imp_active'), id: 'imp_active', state: 'TRANSFERRING' }
    await registry.database.table.put(item)
    expect((await later(6).run('gc')).counts.objectsFreed ?? 0).toBe(0)
    expect((await later(8).run('gc', { dryRun: true })).counts).toMatchObject({ objectsFreed: 1 })
    expect(await uploads.open({ prefix: 'staging/', limit: 10 })).toHaveLength(2)
    expect((await later(8).run('gc')).counts).toMatchObject({ objectsFreed: 1 })
    expect(await uploads.open({ prefix: 'staging/', limit: 10 })).toMatchObject([{ uploadId }])
  })

  it('removes an empty namespace without members after a day, such as that of a failed import', async () => {
    const { table } = registry.database
    const now = new Date()
    const createdAt = now.toISOString()
    await ensureOrganisation(table, { name: 'typo', createdBy: 'admin', now })
    await ensureOrganisation(table, { name: 'busy', createdBy: 'drop', now })
    await table.transact([countUse({ owner: 'busy', what: 'imports', by: 1 })])
    await ensurePersonal(table, { name: 'ada', userId: 'user_ada', now })
    await table.put({ ...keys.user('user_ada'), id: 'user_ada' })
    const lab: OwnerItem = { name: 'lab', kind: 'organisation', createdAt, createdBy: 'user_ada', admins: 0 }
    const first: MemberItem = { owner: 'lab', userId: 'user_ada', username: 'ada', role: 'admin', addedAt: createdAt }
    await createOrganisation(table, { owner: lab, first })
    await registry.maintenance().run('gc')
    await later(2).run('gc', { dryRun: true })
    expect(await findOwner(table, 'typo')).toBeDefined()
    await later(2).run('gc')
    const names = ['typo', 'busy', 'ada', 'lab', 'acme', 'globex']
    const left = await Promise.all(names.map(async (name) => ((await findOwner(table, name)) ? [name] : [])))
    expect(left.flat()).toEqual(names.slice(1))
  })

  it('keeps a namespace that gets an admin at that moment', async () => {
    const { table } = registry.database
    const owner = await ensureOrganisation(table, { name: 'typo', createdBy: 'drop', now: new Date() })
    await table.put({ ...keys.user('user_ada'), id: 'user_ada' })
    const member: MemberItem = { owner: 'typo', userId: 'user_ada', username: 'ada', role: 'admin', addedAt: '' }
    let isGiven = false
    const query: Table['query'] = async (request) => {
      const page = await table.query(request)
      if (request.values[':pk'] === keys.owner('typo').pk && !isGiven) {
        isGiven = true
        await putMember(table, { owner, member })
      }
      return page as never
    }
    const now = () => new Date(Date.now() + 2 * day)
    expect((await registry.maintenance({ table: { ...table, query }, now }).run('gc')).state).toBe('DONE')
    expect(await findOwner(table, 'typo')).toMatchObject({ admins: 1 })
    expect((await findOwner(table, 'typo'))?.deletedAt).toBeUndefined()
    expect((await listMembers(table, { owner: 'typo', limit: 9 })).items).toMatchObject([{ userId: 'user_ada' }])
  })

  it('removes a blob without references once it is older than its grace period', async () => {
    const body = Buffer.from('nobody')
    const key = objectKeys.blob('0a'.repeat(32))
    await registry.objects.put({ key, body, sizeBytes: body.length })
    await later(0.9).run('gc')
    expect(await registry.objects.head({ key })).toBeDefined()
    await later(0.9).run('gc', { graceHours: 1 })
    expect(await registry.objects.head({ key })).toBeUndefined()
  })
})
