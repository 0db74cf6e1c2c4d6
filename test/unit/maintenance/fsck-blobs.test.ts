import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fsck, put, registry, repo, revision, useCheckedRegistry } from './support/checked-registry.ts'

useCheckedRegistry()

describe('a lost, damaged or unreadable blob', () => {
  it('is reported as not repairable if there is no copy, and left', async () => {
    const [file] = (await registry.database.scan()).filter(({ sk }) => sk === 'b.txt')
    await registry.objects.delete({ keys: [objectKeys.blob(String(file?.sha256))] })
    expect(await fsck({ repair: true })).toEqual([{ kind: 'blob-missing', repairable: false, repaired: false }])
    expect(await fsck()).toHaveLength(1)
  })

  it('of a mirror is imported again from its upstream Hub, once for all its files', async () => {
    const { database, objects } = registry
    await put(keys.repo(repo.id), { mirror: 'https://hub.test/acme/one' })
    await put(keys.revision(repo.id, revision.id), { source: 'hf://acme/one', sourceRevision: revision.id })
    for (const { sk, sha256 } of await database.scan())
      if (sk === 'a.txt' || sk === 'b.txt') await objects.delete({ keys: [objectKeys.blob(String(sha256))] })
    const maintenance = registry.maintenance()
    await maintenance.run('fsck', { repair: true })
    const imports = (await database.scan()).filter(({ sk }) => sk === 'IMPORT')
    expect(imports).toMatchObject([
      {
        repo: 'acme/one',
        sourceRevision: revision.id,
        mirror: { upstream: 'https://hub.test', visibility: 'private' },
      },
    ])
    expect(maintenance.asked.filter(({ step }) => step === 'plan')).toHaveLength(1)
  })

  it('is deleted only if its bytes are really wrong and a repair is requested', async () => {
    const [file] = (await registry.database.scan()).filter(({ sk }) => sk === 'b.txt')
    const key = objectKeys.blob(String(file?.sha256))
    await registry.objects.put({ key, body: Buffer.from('xx'), sizeBytes: 2 })
    expect(await fsck()).toEqual([])
    expect(await fsck({ deep: true })).toMatchObject([{ kind: 'blob-damaged', repaired: false }])
    expect(await registry.objects.head({ key })).toBeDefined()
    expect(await fsck({ deep: true, repair: true })).toMatchObject([{ kind: 'blob-damaged', repaired: true }])
    expect(await registry.objects.head({ key })).toBeUndefined()
  })

  it('that is damaged in the backup, too, is reported as not repairable, and the rest is repaired', async () => {
    const { objects, database } = registry
    expect((await registry.maintenance().run('backup', { objects: true })).state).toBe('DONE')
    const sha256Of = async (path: string) => String((await database.scan()).find(({ sk }) => sk === path)?.sha256)
    const [damaged, gone] = [await sha256Of('b.txt'), await sha256Of('a.txt')]
    for (const key of [objectKeys.blob(damaged), objectKeys.backupBlob(damaged)])
      await objects.put({ key, body: Buffer.from('xx'), sizeBytes: 2 })
    await objects.delete({ keys: [objectKeys.blob(gone)] })
    expect(await fsck({ deep: true, repair: true })).toEqual([
      { kind: 'blob-damaged', repairable: true, repaired: false },
      { kind: 'blob-missing', repairable: true, repaired: true },
    ])
    const [told] = (await database.scan()).filter(({ kind }) => kind === 'blob-damaged')
    expect(told?.message).toMatch(/The repair failed: the backup's is damaged too, and was removed\.$/)
    expect(await fsck({ repair: true })).toEqual([{ kind: 'blob-missing', repairable: false, repaired: false }])
  })

  it('is reported if two reads fail, but not if one does, and the check continues', async () => {
    const { objects, database } = registry
    const files = (await database.scan()).filter(({ sk }) => sk === 'a.txt' || sk === 'b.txt')
    const [broken, shaken] = files.map(({ sha256 }) => String(sha256))
    await database.table.delete(keys.repoName('model', 'acme/one'))
    const reads: string[] = []
    const get: typeof objects.get = async (request) => {
      const isBroken = request.key === objectKeys.blob(broken ?? '')
      const isFirst = !reads.includes(request.key) && request.key === objectKeys.blob(shaken ?? '')
      reads.push(request.key)
      if (isBroken || isFirst) throw new Error('EIO: i/o error, read')
      return objects.get(request)
    }
    const job = await registry.maintenance({ objects: { ...objects, get } }).run('fsck', { deep: true })
    expect(job.state).toBe('DONE')
    const told = (await database.scan()).filter(
      ({ pk, sk }) => pk === `FINDINGS#${job.id}` && /^FOUND#/.test(String(sk)),
    )
    expect(told.map(({ kind, place }) => `${kind} ${place}`).toSorted()).toEqual([
      expect.stringMatching(/^claim-missing /),
      `unreadable blob ${broken}`,
    ])
  })
})
