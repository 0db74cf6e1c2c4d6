import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ItemKey } from '../../../shared/table/keys.ts'
import type { MaintenanceParts } from '../parts.ts'
import { type AnyItem, isRepo } from '../read-pages.ts'
import { removeManifests } from '../remove-manifests.ts'
import { namedRevisions, revisionOf } from './named-revisions.ts'

const concurrency = 8

/**
 * Removes the manifests of repos and revisions about to be removed, so that no check restores them. Manifests of repos
 * created during the backup, which it only partly has, are kept for a check to restore.
 */
export function manifestDropper({ table, objects }: MaintenanceParts, isSaved: (key: ItemKey) => boolean) {
  const named = namedRevisions(table, isSaved)
  return async (others: readonly AnyItem[]): Promise<void> => {
    await inParallel(others.filter(isRepo), concurrency, async ({ id }) => {
      if ((await named(id)).size === 0) await removeManifests(objects, id)
    })
    const revisions = others.filter(({ sk }) => sk.startsWith('REVISION#')).flatMap((item) => revisionOf(item) ?? [])
    await objects.delete({ keys: revisions.map(({ repoId, revision }) => objectKeys.manifest(repoId, revision)) })
  }
}
