import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fsck, put, registry, repo, revision, useCheckedRegistry } from './support/checked-registry.ts'

useCheckedRegistry()

describe('fsck', () => {
  it.each<[string, () => Promise<unknown>, string[]]>([
    [
      'a repo without its name',
      () => registry.database.table.delete(keys.repoName('model', 'acme/one')),
      ['claim-missing'],
    ],
    [
      'a name without a repo',
      () => registry.database.table.put({ ...keys.repoName('model', 'acme/ghost'), repoId: 'f'.repeat(24) }),
      ['claim-without-repo'],
    ],
    [
      'a repo missing in a list',
      () => registry.database.table.delete(keys.repoEntry('model#active#all#', 'acme/one')),
      ['entry-missing'],
    ],
    [
      'an owner from an earlier version, missing in the list',
      () =>
        registry.database.table.update(keys.owner('acme'), {
          expression: 'REMOVE listPk, listSk',
          condition: 'attribute_exists(pk)',
        }),
      ['owner-unlisted'],
    ],
    [
      'a repo outdated in a list',
      () => put(keys.repoEntry('model#active#all#', 'acme/one'), { sizeBytes: 1 }),
      ['entry-missing'],
    ],
    [
      'a repo in a wrong list',
      () => put(keys.repoEntry('model#active#public#', 'acme/one'), { id: repo.id }),
      ['entry-extra'],
    ],
    [
      'a summary that does not fit main',
      () => put(keys.repo(repo.id), { sizeBytes: 7 }),
      ['entry-missing', 'head-wrong'],
    ],
    [
      'a lost revision',
      () => registry.database.table.delete(keys.revision(repo.id, revision.id)),
      ['ref-dangling', 'revision-missing'],
    ],
    [
      'a lost file',
      () => registry.database.table.delete(keys.revisionFile(repo.id, revision.id, 'a.txt')),
      ['files-wrong'],
    ],
    [
      'a lost manifest',
      () => registry.objects.delete({ keys: [objectKeys.manifest(repo.id, revision.id)] }),
      ['manifest-missing'],
    ],
    [
      'an invalid manifest',
      () =>
        registry.objects.put({ key: objectKeys.manifest(repo.id, revision.id), body: Buffer.from('{'), sizeBytes: 1 }),
      ['manifest-broken'],
    ],
    [
      'a lost manifest of a repo',
      () => registry.objects.delete({ keys: [objectKeys.repoManifest(repo.id)] }),
      ['repo-manifest-missing'],
    ],
    [
      'a stale manifest of a repo',
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
      'a revision of a wrong depth',
      () => put(keys.revision(repo.id, revision.id), { depth: 9 }),
      ['depth-wrong', 'manifest-wrong'],
    ],
    [
      'a blob that is not counted for its owner',
      async () => {
        const [held] = (await registry.database.scan()).filter(({ pk }) => pk === 'HELD#acme')
        await registry.database.table.delete({ pk: String(held?.pk), sk: String(held?.sk) })
      },
      ['held-missing', 'usage-wrong'],
    ],
    [
      'wrong usage counters',
      () => put(keys.usage('acme'), { repos: 5, storedBytes: 1, deployments: 3 }),
      ['usage-wrong', 'usage-wrong', 'usage-wrong'],
    ],
    [
      'a lost repo whose name and lists remain',
      async () => {
        await registry.database.table.delete(keys.repo(repo.id))
        await registry.database.table.delete(keys.branch(repo.id, 'main'))
      },
      ['repo-missing'],
    ],
  ])('finds and repairs %s, and then finds nothing', async (_, spoil, kinds) => {
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
