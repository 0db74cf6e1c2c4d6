import { activity, type Resumes } from './import-activity.ts'
import type { ImportItem } from './imports.ts'
import { keys, lists } from './keys.ts'
import type { Table } from './table.ts'

/** Imports with work or cleaning-up left, and no activity since `before`. */
export const quietImports = (table: Table, before: Date): AsyncGenerator<ImportItem> =>
  table.queryAll<ImportItem>({
    index: 'byActivity',
    expression: 'activePk = :list AND activeSk < :before',
    values: { ':list': lists.activeImports, ':before': before.toISOString() },
  })

/** Postpones an import, as if it had been active at `until`. @throws ConditionFailed where it was active meanwhile */
export const restImport = (table: Table, { id, activeSk }: ImportItem, { until, resumes }: Rest): Promise<void> =>
  table.update(keys.import(id), {
    expression: 'SET activeSk = :until, resumes = :resumes',
    condition: 'activeSk = :seen',
    values: { ':until': activity(until.toISOString(), id).activeSk, ':seen': activeSk, ':resumes': resumes },
  })

interface Rest {
  until: Date
  resumes: Resumes
}
