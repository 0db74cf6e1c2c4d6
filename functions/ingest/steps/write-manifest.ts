import type { Manifest } from '../../../shared/model/manifest.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { getRevision, listRefs } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'

/**
 * Writes a published revision's manifest, so that the bucket alone can rebuild the registry. Only what is published
 * has one: it would bring back what never was.
 */
export async function writeManifest(
  { repo, revision, files }: ManifestRequest,
  { table, objects }: IngestDependencies,
): Promise<void> {
  const published = await getRevision(table, repo, revision)
  if (published === undefined) throw new Error(`"${repo}" has no revision ${revision}`)
  const { id, source, sourceRevision, createdAt, createdBy } = published
  const content: Manifest = {
    format: 1,
    id,
    repo,
    tags: await tagsOf({ repo, revision }, table),
    source,
    sourceRevision,
    createdAt,
    createdBy,
    files: files.map(({ path, sizeBytes, sha256, gitSha1 }) => ({ path, sizeBytes, sha256, gitSha1 })),
  }
  const body = new TextEncoder().encode(`${JSON.stringify(content, null, 1)}\n`)
  await objects.put({ key: objectKeys.manifest(repo, revision), body, sizeBytes: body.byteLength })
}

async function tagsOf({ repo, revision }: { repo: string; revision: string }, table: Table): Promise<string[]> {
  const tags: string[] = []
  for await (const ref of listRefs(table, repo))
    if (ref.kind === 'tag' && ref.revision === revision) tags.push(ref.name)
  return tags
}

interface ManifestRequest {
  repo: string
  revision: string
  files: readonly RevisionFile[]
}
