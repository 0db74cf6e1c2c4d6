import type { ImportItem } from './imports.ts'
import { keys, lists } from './keys.ts'
import type { Table } from './table.ts'

/** Keeps an import among those that are not over, by when it last moved. */
export const activity = (updatedAt: string, id: string) => ({
  activePk: lists.activeImports,
  activeSk: `${updatedAt}#${id}`,
})

/** How often an import was resumed at one and the same point. */
export interface Resumes {
  progress: string
  times: number
}

/** Imports that are not over, or not cleared away, and that nothing has moved since `before`. */
export const quietImports = (table: Table, before: Date): AsyncGenerator<ImportItem> =>
  table.queryAll<ImportItem>({
    index: 'byActivity',
    expression: 'activePk = :list AND activeSk < :before',
    values: { ':list': lists.activeImports, ':before': before.toISOString() },
  })

/** Lets an import rest, as if it had moved at `until`. @throws ConditionFailed where something moved it meanwhile. */
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
