import type { MaintenanceJobItem } from '../../../shared/table/maintenance-jobs.ts'
import { backupPhases } from '../backup/backup-phases.ts'
import { restorePhases } from '../backup/restore-phases.ts'
import { fsckPhases } from '../fsck/fsck-phases.ts'
import { gcPhases } from '../gc/gc-phases.ts'
import type { Phase } from './phase.ts'

/** The phases of each kind of job, in order. */
export function phasesOf({ kind, options }: Pick<MaintenanceJobItem, 'kind' | 'options'>): Phase[] {
  switch (kind) {
    case 'fsck':
      return fsckPhases(options)
    case 'gc':
      return gcPhases(options)
    case 'backup':
      return backupPhases(options)
    case 'restore':
      return restorePhases(options)
  }
}
