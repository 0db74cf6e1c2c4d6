import { deletedRepoKeptDays } from '../../../shared/model/repo-grace.ts'
import type { MaintenanceJobItem } from '../../../shared/table/maintenance-jobs.ts'

const defaultGraceHours = 24

/** What is older is garbage where nothing needs it; counted from when the job was made, so that it is one moment for all of it. */
export function cutoffsOf({ options, createdAt }: Pick<MaintenanceJobItem, 'options' | 'createdAt'>) {
  const { graceHours = defaultGraceHours, repoGraceDays = deletedRepoKeptDays } = options
  const from = Date.parse(createdAt)
  return {
    /** ISO time. */
    unneeded: new Date(from - graceHours * 3_600_000).toISOString(),
    deletedRepo: new Date(from - repoGraceDays * 86_400_000).toISOString(),
  }
}
