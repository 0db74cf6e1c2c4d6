import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { getRevision } from '../../../shared/table/repos.ts'
import type { IngestDependencies } from '../dependencies.ts'

/**
 * Writes a published revision's manifest, so that the bucket alone can rebuild the registry. Only what is published
 * has one: it would bring back what never was.
 */
export async function writeManifest(
  { repo, revision, files }: { repo: string; revision: string; files: RevisionFile[] },
  { table, objects }: IngestDependencies,
): Promise<void> {
  const published = await getRevision(table, repo, revision)
  if (published === undefined) throw new Error(`"${repo}" has no revision ${revision}`)
  const { id, source, sourceRevision, filesTotal, sizeBytes, createdAt, createdBy } = published
  const head = { id, repo, source, sourceRevision, filesTotal, sizeBytes, createdAt, createdBy }
  const listed = files.map(({ path, sizeBytes: size, sha256, gitSha1 }) => ({ path, sizeBytes: size, sha256, gitSha1 }))
  const body = new TextEncoder().encode(`${JSON.stringify({ ...head, files: listed }, null, 1)}\n`)
  await objects.put({ key: objectKeys.manifest(repo, revision), body, sizeBytes: body.byteLength })
}
