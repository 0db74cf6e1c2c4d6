import { keys } from '../../../shared/table/keys.ts'
import { getRevision, type RevisionItem } from '../../../shared/table/repos.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

/** The parent must be a revision of the same repo, one less deep. */
export async function checkPast(
  { item, place }: { item: RevisionItem; place: string },
  parts: CheckParts,
): Promise<Discrepancy[]> {
  const { table, ingest } = parts
  const { repoId, id, parent: parentId } = item
  const parent = parentId === undefined ? undefined : await getRevision(table, repoId, parentId)
  if (parentId !== undefined && parent === undefined)
    return [{ kind: 'parent-missing', place, severity: 'warning', message: `Its parent ${parentId} does not exist.` }]
  const depth = (parent?.depth ?? 0) + 1
  if (item.depth === depth) return []
  const repair = async () => {
    const change = { expression: 'SET #depth = :depth', names: { '#depth': 'depth' }, values: { ':depth': depth } }
    await table.update(keys.revision(repoId, id), { ...change, condition: 'attribute_exists(pk)' })
    await ingest.send({ message: { step: 'inspect-revision', repoId, revision: id, attempt: 1 } })
  }
  const message = `It says it is commit ${item.depth}, and it is commit ${depth}.`
  return [{ kind: 'depth-wrong', place, severity: 'warning', message, repair }]
}
