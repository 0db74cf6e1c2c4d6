import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ItemKey } from '../../../shared/table/keys.ts'
import type { MaintenanceParts } from '../parts.ts'
import { type AnyItem, isRepo } from '../read-pages.ts'
import { removeManifests } from '../remove-manifests.ts'
import { namedRevisions, revisionOf } from './named-revisions.ts'

const atOnce = 8

/**
 * Removes what the bucket says of repos and revisions that are about to be removed, so that no check brings them back.
 * What the backup names of a repo that was made while it was made is for a check to bring back.
 */
export function manifestDropper({ table, objects }: MaintenanceParts, isSaved: (key: ItemKey) => boolean) {
  const named = namedRevisions(table, isSaved)
  return async (others: readonly AnyItem[]): Promise<void> => {
    await inParallel(others.filter(isRepo), atOnce, async ({ id }) => {
      if ((await named(id)).size === 0) await removeManifests(objects, id)
    })
    const revisions = others.filter(({ sk }) => sk.startsWith('REVISION#')).flatMap((item) => revisionOf(item) ?? [])
    await objects.delete({ keys: revisions.map(({ repoId, revision }) => objectKeys.manifest(repoId, revision)) })
  }
}
