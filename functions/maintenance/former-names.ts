import { conditionHeld } from '../../shared/table/condition-held.ts'
import { keys } from '../../shared/table/keys.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'
import { absent, type Table } from '../../shared/table/table.ts'

/** Makes former names redirect to a repo again, unless another repo has taken them. */
export async function leadFromFormerNames(
  { id: repoId, kind, formerNames = [] }: Pick<RepoItem, 'id' | 'kind' | 'formerNames'>,
  { table, now }: { table: Table; now: () => Date },
): Promise<void> {
  const redirectedAt = now().toISOString()
  for (const name of formerNames)
    await conditionHeld(() => table.put({ ...keys.repoName(kind, name), repoId, redirectedAt }, absent))
}
