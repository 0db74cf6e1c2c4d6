import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import type { TransactAction } from '../../../shared/table/table.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

/** Every entry of a list of repos must belong there. The repo's own check finds missing entries. */
export async function checkEntry(
  { pk, sk }: { pk: string; sk: string },
  { table }: CheckParts,
): Promise<Discrepancy[]> {
  const entry = await table.get<{ id: string }>({ pk, sk })
  if (entry === undefined) return []
  const repo = await getRepo(table, entry.id)
  if (repo !== undefined && entriesOf(repo).some((belongs) => belongs.pk === pk && belongs.sk === sk)) return []
  // Read again, because the repo may have changed in between.
  if ((await table.get({ pk, sk })) === undefined) return []
  const unchanged: TransactAction =
    repo === undefined
      ? { check: keys.repo(entry.id), condition: { expression: 'attribute_not_exists(pk)' } }
      : { check: keys.repo(repo.id), condition: { expression: 'version = :seen', values: { ':seen': repo.version } } }
  const isSame = { expression: 'id = :id', values: { ':id': entry.id } }
  const repair = () => conditionHeld(() => table.transact([{ delete: { pk, sk }, condition: isSame }, unchanged]))
  const message = `"${sk}" is in a list where ${repo === undefined ? 'no repo is' : 'the repo does not belong'}.`
  return [{ kind: 'entry-extra', place: `${pk} ${sk}`, severity: 'error', message, repair }]
}
