import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fsck, put, registry, repo, revision, useCheckedRegistry } from './support/checked-registry.ts'

useCheckedRegistry()

describe('fsck', () => {
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
})
