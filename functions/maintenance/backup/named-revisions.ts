import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { getRevision, keyOfRef, listRefs } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { askOnce } from '../ask-once.ts'
import type { AnyItem } from '../read-pages.ts'

/**
 * The revisions that a repo's refs in the backup name, with their history back to one in the backup: users push while a
 * backup is made or restored.
 */
export const namedRevisions = (table: Table, isSaved: (key: ItemKey) => boolean) =>
  askOnce(async (repoId) => {
    const refs = await Array.fromAsync(listRefs(table, repoId))
    const named = new Set<string>()
    for (const ref of refs.filter((one) => isSaved(keyOfRef({ repoId, ...one }))))
      for (let id: string | undefined = ref.revision; id !== undefined && !named.has(id); ) {
        named.add(id)
        const isKnown = isSaved(keys.revision(repoId, id))
        id = isKnown ? undefined : (await getRevision(table, repoId, id))?.parent
      }
    return named
  })

/** The revision that an item belongs to, if any. */
export function revisionOf({ pk, sk, revision }: AnyItem): { repoId: string; revision: string } | undefined {
  const [kind, repoId = '', ofFiles] = pk.split('#')
  if (kind === 'FILES' && ofFiles !== undefined) return { repoId, revision: ofFiles }
  if (kind !== 'REPO') return undefined
  if (sk.startsWith('COMMIT#')) return { repoId, revision: String(revision) }
  const [, id] = /^(?:REVISION|CARD|PENDING)#(.+)$/.exec(sk) ?? []
  return id === undefined ? undefined : { repoId, revision: id }
}

/**
 * Whether an item belongs to a revision that stays: a named one, or one that is being written. Callers read the item
 * first, so that a concurrent publication is not missed.
 */
export function staysWithRevision(table: Table, isSaved: (key: ItemKey) => boolean) {
  const isPending = askOnce(async (place) => {
    const [repoId = '', revision = ''] = place.split(' ')
    return (await table.get(keys.pendingRevision(repoId, revision))) !== undefined
  })
  const named = namedRevisions(table, isSaved)
  return async (item: AnyItem): Promise<boolean> => {
    const of = revisionOf(item)
    if (of === undefined) return false
    // In this order, because a publication removes the mark as it moves the ref.
    return (await isPending(`${of.repoId} ${of.revision}`)) || (await named(of.repoId)).has(of.revision)
  }
}
