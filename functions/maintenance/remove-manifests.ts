import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { listUnder } from './list-under.ts'

/** Removes all that the bucket says of a repo, so that no check brings it back. */
export async function removeManifests(objects: ObjectStore, repoId: string): Promise<void> {
  for await (const page of listUnder(objects, `manifests/${repoId}/`))
    await objects.delete({ keys: page.map(({ key }) => key) })
  await objects.delete({ keys: [objectKeys.repoManifest(repoId)] })
}
