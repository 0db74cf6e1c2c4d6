import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { keyOfRef, listRefs } from '../../../shared/table/repos.ts'
import { askOnce } from '../ask-once.ts'
import type { MaintenanceParts } from '../parts.ts'
import { type AnyItem, isRepo } from '../read-pages.ts'
import { removeManifests } from '../remove-manifests.ts'

const atOnce = 8

/**
 * Removes what the bucket says of repos and revisions that are about to be removed, so that no check brings them back.
 * What the backup names, and was published while it was made, is for a check to bring back.
 */
export function manifestDropper({ table, objects }: MaintenanceParts, isSaved: (key: ItemKey) => boolean) {
  const named = askOnce(async (repoId) => {
    const refs = await Array.fromAsync(listRefs(table, repoId))
    return new Set(refs.filter((ref) => isSaved(keyOfRef({ repoId, ...ref }))).map(({ revision }) => revision))
  })
  return async (others: readonly AnyItem[]): Promise<void> => {
    await inParallel(others.filter(isRepo), atOnce, async ({ id }) => {
      if ((await named(id)).size === 0) await removeManifests(objects, id)
    })
    const dropped = await inParallel(others.flatMap(revisionOf), atOnce, async ({ repoId, revision }) =>
      (await named(repoId)).has(revision) ? [] : [objectKeys.manifest(repoId, revision)],
    )
    await objects.delete({ keys: dropped.flat() })
  }
}

function revisionOf({ pk, sk }: AnyItem): { repoId: string; revision: string }[] {
  const first = keys.revision('', '')
  if (!pk.startsWith(first.pk) || !sk.startsWith(first.sk)) return []
  return [{ repoId: pk.slice(first.pk.length), revision: sk.slice(first.sk.length) }]
}
