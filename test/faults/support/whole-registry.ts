import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { expect } from 'vitest'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { TestTable } from '../../support/dynoxide.ts'

interface Registry {
  scan: TestTable['scan']
  objects: ObjectStore
  owners: readonly string[]
}

/**
 * Every file of every published revision exists, is its blob and is held by its owner, and what is held is counted.
 * Returns the hashes of all needed blobs.
 */
export async function expectWhole({ scan, objects, owners }: Registry): Promise<{ needed: Set<string> }> {
  const items = await scan()
  const repos = new Map(items.filter(({ sk }) => sk === 'REPO').map((repo) => [repo.id, repo]))
  const revisions = items.filter(({ sk }) => String(sk).startsWith('REVISION#'))
  const heldKeys = new Set(items.filter(({ pk }) => String(pk).startsWith('HELD#')).map(({ pk, sk }) => `${pk} ${sk}`))
  const needed = new Set<string>()
  for (const { id, repoId, filesTotal } of revisions) {
    const files = items.filter(({ pk }) => pk === keys.revisionFile(String(repoId), String(id), '').pk)
    expect(files.length, `files of ${repoId} ${id}`).toBe(filesTotal)
    for (const { sha256 } of files) {
      const { body } = await objects.get({ key: objectKeys.blob(String(sha256)) })
      expect(
        createHash('sha256')
          .update(await buffer(body))
          .digest('hex'),
      ).toBe(sha256)
      const { pk, sk } = keys.heldBlob(String(repos.get(repoId)?.owner), String(sha256))
      expect(heldKeys).toContain(`${pk} ${sk}`)
      needed.add(String(sha256))
    }
  }
  for (const { revision } of repos.values())
    if (revision !== undefined) expect(revisions.map(({ id }) => id)).toContain(revision)
  for (const owner of owners) {
    const usage = items.find(({ pk }) => pk === keys.usage(owner).pk)
    const held = items.filter(({ pk }) => pk === keys.heldBlob(owner, '').pk)
    const bytes = held.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0)
    expect(Number(usage?.storedBytes ?? 0), `stored bytes of ${owner}`).toBe(bytes)
    const count = [...repos.values()].filter((repo) => repo.owner === owner).length
    expect(Number(usage?.repos ?? 0), `repos of ${owner}`).toBe(count)
  }
  return { needed }
}
