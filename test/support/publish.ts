import { createHash } from 'node:crypto'
import type { Manifest } from '../../shared/model/manifest.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'

/** The same id for the same name, so that tests need not pass it around. */
export const repoIdOf = (repo: string): string => createHash('sha256').update(repo).digest('hex').slice(0, 24)

/** Publishes files as a revision: its blobs and its manifest. */
export async function publish({ objects, repo, revision, files }: Publish): Promise<void> {
  const entries = []
  for (const [path, content] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(content).digest('hex')
    await objects.put({ key: objectKeys.blob(sha256), body: content, sizeBytes: content.length })
    entries.push({ path, sizeBytes: content.length, sha256 })
  }
  const manifest: Manifest = {
    format: 2,
    id: revision,
    repoId: repoIdOf(repo),
    source: 'test',
    depth: 1,
    title: 'Published by a test',
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: 'test',
    files: entries,
  }
  const body = Buffer.from(JSON.stringify(manifest))
  await objects.put({ key: objectKeys.manifest(repoIdOf(repo), revision), body, sizeBytes: body.length })
}

interface Publish {
  objects: ObjectStore
  repo: string
  revision: string
  files: Record<string, Buffer>
}
