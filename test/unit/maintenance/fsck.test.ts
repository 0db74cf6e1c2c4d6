import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { findRepo, type RevisionItem } from '../../../shared/table/repos.ts'
import { startRegistry, type TestRegistry } from './support/registry.ts'

let registry: TestRegistry
let repo: RepoItem
let revision: RevisionItem
beforeEach(async () => {
  registry = await startRegistry()
  await registry.repo('acme/one', { 'a.txt': 'a', 'b.txt': 'bb' })
  await registry.repo('globex/two')
  repo = (await findRepo(registry.database.table, { name: 'acme/one' })) as RepoItem
  revision = (await registry.database.table.get<RevisionItem>(
    keys.revision(repo.id, repo.revision ?? ''),
  )) as RevisionItem
})
afterEach(() => registry.close())

async function fsck(options: { repair?: boolean; deep?: boolean } = {}) {
  const maintenance = registry.maintenance()
  const job = await maintenance.run('fsck', options)
  expect(job.state, JSON.stringify(job.failure)).toBe('DONE')
  const items = await registry.database.scan()
  const found = items.filter(({ pk, sk }) => pk === `FINDINGS#${job.id}` && String(sk).startsWith('FOUND#'))
  await registry.ingest(maintenance.asked)
  return found
    .map(({ kind, repairable, repaired }) => ({ kind, repairable, repaired }))
    .toSorted((a, b) => (String(a.kind) < String(b.kind) ? -1 : 1))
}

const put = (key: { pk: string; sk: string }, change: object) =>
  registry.database.table.get<object>(key).then((item) => registry.database.table.put({ ...item, ...key, ...change }))

describe('fsck', () => {
  it('finds nothing where nothing is wrong', async () => {
    expect(await fsck({ deep: true })).toEqual([])
  })

  it.each<[string, () => Promise<unknown>, string[]]>([
    [
      'a name that leads to no repo any more',
      () => registry.database.table.delete(keys.repoName('model', 'acme/one')),
      ['claim-missing'],
    ],
    [
      'a name that is held by nobody',
      () => registry.database.table.put({ ...keys.repoName('model', 'acme/ghost'), repoId: 'f'.repeat(24) }),
      ['claim-without-repo'],
    ],
    [
      'a repo that a list does not show',
      () => registry.database.table.delete(keys.repoEntry('model#active#all#', 'acme/one')),
      ['entry-missing'],
    ],
    [
      'an owner of an earlier version, in no list',
      () =>
        registry.database.table.update(keys.owner('acme'), {
          expression: 'REMOVE listPk, listSk',
          condition: 'attribute_exists(pk)',
        }),
      ['owner-unlisted'],
    ],
    [
      'a repo that a list shows wrongly',
      () => put(keys.repoEntry('model#active#all#', 'acme/one'), { sizeBytes: 1 }),
      ['entry-missing'],
    ],
    [
      'a repo in a list where it does not belong',
      () => put(keys.repoEntry('model#active#public#', 'acme/one'), { id: repo.id }),
      ['entry-extra'],
    ],
    [
      'a head that is not where main is',
      () => put(keys.repo(repo.id), { sizeBytes: 7 }),
      ['entry-missing', 'head-wrong'],
    ],
    [
      'a revision that is lost',
      () => registry.database.table.delete(keys.revision(repo.id, revision.id)),
      ['ref-dangling', 'revision-missing'],
    ],
    [
      'a file that is lost',
      () => registry.database.table.delete(keys.revisionFile(repo.id, revision.id, 'a.txt')),
      ['files-wrong'],
    ],
    [
      'a manifest that is lost',
      () => registry.objects.delete({ keys: [objectKeys.manifest(repo.id, revision.id)] }),
      ['manifest-missing'],
    ],
    [
      'a manifest that is no manifest',
      () =>
        registry.objects.put({ key: objectKeys.manifest(repo.id, revision.id), body: Buffer.from('{'), sizeBytes: 1 }),
      ['manifest-broken'],
    ],
    [
      'the manifest of a repo that is lost',
      () => registry.objects.delete({ keys: [objectKeys.repoManifest(repo.id)] }),
      ['repo-manifest-missing'],
    ],
    [
      'the manifest of a repo that is stale',
      () =>
        put(keys.branch(repo.id, 'old'), {
          kind: 'branch',
          name: 'old',
          revision: revision.id,
          updatedAt: '2026-01-01',
        }),
      ['repo-manifest-stale'],
    ],
    [
      'a commit that is miscounted',
      () => put(keys.revision(repo.id, revision.id), { depth: 9 }),
      ['depth-wrong', 'manifest-wrong'],
    ],
    [
      'what an owner holds and is not charged for',
      async () => {
        const [held] = (await registry.database.scan()).filter(({ pk }) => pk === 'HELD#acme')
        await registry.database.table.delete({ pk: String(held?.pk), sk: String(held?.sk) })
      },
      ['held-missing', 'usage-wrong'],
    ],
    [
      'what an owner is said to use',
      () => put(keys.usage('acme'), { repos: 5, storedBytes: 1, deployments: 3 }),
      ['usage-wrong', 'usage-wrong', 'usage-wrong'],
    ],
    [
      'a repo that is lost, with its name and its lists',
      async () => {
        await registry.database.table.delete(keys.repo(repo.id))
        await registry.database.table.delete(keys.branch(repo.id, 'main'))
      },
      ['repo-missing'],
    ],
  ])('finds and mends %s, and finds nothing afterwards', async (_, spoil, kinds) => {
    await spoil()
    const before = await fsck()
    expect(before.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds))
    const repaired = await fsck({ repair: true })
    expect(repaired.filter((found) => !found.repaired && found.kind !== 'ref-dangling')).toEqual([])
    expect(await fsck()).toEqual([])
    expect(await fsck({ repair: true, deep: true })).toEqual([])
    expect(await registry.database.table.get(keys.revision(repo.id, revision.id))).toMatchObject({
      filesTotal: 3,
      depth: 3,
    })
  })

  it('says what it cannot mend, and leaves it', async () => {
    const [file] = (await registry.database.scan()).filter(({ sk }) => sk === 'b.txt')
    await registry.objects.delete({ keys: [objectKeys.blob(String(file?.sha256))] })
    expect(await fsck({ repair: true })).toEqual([{ kind: 'blob-missing', repairable: false, repaired: false }])
    expect(await fsck()).toHaveLength(1)
  })

  it('has what a mirror lost imported again from the Hub that it mirrors, once for all of its files', async () => {
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

  it('removes a blob only where its bytes really are others, and only where it is asked to repair', async () => {
    const [file] = (await registry.database.scan()).filter(({ sk }) => sk === 'b.txt')
    const key = objectKeys.blob(String(file?.sha256))
    await registry.objects.put({ key, body: Buffer.from('xx'), sizeBytes: 2 })
    expect(await fsck()).toEqual([])
    expect(await fsck({ deep: true })).toMatchObject([{ kind: 'blob-damaged', repaired: false }])
    expect(await registry.objects.head({ key })).toBeDefined()
    expect(await fsck({ deep: true, repair: true })).toMatchObject([{ kind: 'blob-damaged', repaired: true }])
    expect(await registry.objects.head({ key })).toBeUndefined()
  })

  it('tells of a blob that is damaged in the backup too, mends the rest, and promises no repair of it again', async () => {
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

  it('tells of what it cannot read twice and goes on, and not of what it could not read once', async () => {
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

  it('takes nothing for wrong that was written a moment ago and is still on its way', async () => {
    await registry.hub('/api/models/acme/one/branch/fresh', 'POST', {})
    const now = () => new Date()
    const job = await registry.maintenance({ now }).run('fsck')
    expect(job.counts.discrepancies ?? 0).toBe(0)
  })

  it('rebuilds an empty table from the manifests: repos, revisions, refs and files are the same', async () => {
    await registry.hub('/api/repos/move', 'POST', { fromRepo: 'globex/two', toRepo: 'acme/moved' })
    await registry.hub('/api/models/acme/one/tag/main', 'POST', { tag: 'v1' })
    await registry.ingest()
    const whole = async () => {
      const items = await registry.database.scan()
      return items
        .filter(
          ({ pk, sk }) => /^(?:FILES#|LIST#)/.test(String(pk)) || /^(?:REPO|REF#.*|REVISION#.*)$/.test(String(sk)),
        )
        .map(({ version: _, downloads: __, ...item }) => item)
        .toSorted((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1))
    }
    const before = await whole()
    await registry.database.table.deleteMany(
      (await registry.database.scan()).map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })),
    )
    const found = await fsck({ repair: true })
    expect(new Set(found.map(({ kind }) => kind))).toEqual(
      new Set(['repo-missing', 'revision-missing', 'usage-wrong', 'held-missing']),
    )
    expect(await whole()).toEqual(before)
    await fsck({ repair: true })
    expect(await fsck({ deep: true })).toEqual([])
  })
})
