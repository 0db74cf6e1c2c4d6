import type { Manifest, RepoManifest } from '../../../shared/model/manifest.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { manifestOf } from '../../../shared/repos/manifest-of.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'

/**
 * Writes a published revision's manifest, so that the bucket alone can rebuild the registry. Unpublished revisions have
 * none, because a rebuild would publish them.
 */
export async function writeManifest(
  { revision, files }: { revision: RevisionItem; files: readonly RevisionFile[] },
  { objects }: { objects: ObjectStore },
): Promise<void> {
  const { id, repoId } = revision
  const content = manifestOf({ revision, files })
  await putJson({ objects, key: objectKeys.manifest(repoId, id), content })
}

export async function putJson({
  objects,
  key,
  content,
}: {
  objects: ObjectStore
  key: string
  content: Manifest | RepoManifest
}) {
  const body = new TextEncoder().encode(`${JSON.stringify(content, null, 1)}\n`)
  await objects.put({ key, body, sizeBytes: body.byteLength })
}
