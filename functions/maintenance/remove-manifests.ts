import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { listUnder } from './list-under.ts'

/** Removes all manifests of a repo, so that no check restores it. */
export async function removeManifests(objects: ObjectStore, repoId: string): Promise<void> {
  for await (const page of listUnder(objects, `manifests/${repoId}/`))
    await objects.delete({ keys: page.map(({ key }) => key) })
  await objects.delete({ keys: [objectKeys.repoManifest(repoId)] })
}
