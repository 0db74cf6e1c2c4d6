import { describe, expect, it } from 'vitest'
import { fsck, registry, useCheckedRegistry } from './support/checked-registry.ts'

useCheckedRegistry()

describe('fsck', () => {
  it('finds nothing in a healthy registry', async () => {
    expect(await fsck({ deep: true })).toEqual([])
  })

  it('ignores what was written a moment ago and is still in progress', async () => {
    await registry.hub('/api/models/acme/one/branch/fresh', 'POST', {})
    const now = () => new Date()
    const job = await registry.maintenance({ now }).run('fsck')
    expect(job.counts.discrepancies ?? 0).toBe(0)
  })

  it('rebuilds repos, revisions, refs and files from the manifests if the table is empty', async () => {
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
