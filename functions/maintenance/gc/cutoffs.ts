import { deletedRepoKeptDays } from '../../../shared/model/repo-grace.ts'
import type { MaintenanceJobItem } from '../../../shared/table/maintenance-jobs.ts'

const defaultGraceHours = 24

/** The age at which unneeded things are garbage, counted from the job's start so that it is the same throughout. */
export function cutoffsOf({ options, createdAt }: Pick<MaintenanceJobItem, 'options' | 'createdAt'>) {
  const { graceHours = defaultGraceHours, repoGraceDays = deletedRepoKeptDays } = options
  const from = Date.parse(createdAt)
  return {
    /** ISO time. */
    unneeded: new Date(from - graceHours * 3_600_000).toISOString(),
    deletedRepo: new Date(from - repoGraceDays * 86_400_000).toISOString(),
  }
}
