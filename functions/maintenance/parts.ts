import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import type { TableScan } from '../../shared/table/scan.ts'
import type { Table } from '../../shared/table/table.ts'
import type { MaintenanceMessage } from './jobs/message.ts'

/** What maintenance works with. */
export interface MaintenanceParts {
  table: Table
  scan: TableScan
  objects: ObjectStore
  queue: Queue<MaintenanceMessage>
  /** Inspects restored revisions, and writes the manifests of repos. */
  ingest: Queue<IngestMessage>
  log: Logger
  now: () => Date
  limits: MaintenanceLimits
}

export interface MaintenanceLimits {
  /** How long a silent worker keeps a job to itself. */
  leaseMs: number
  /** After this time a job continues in a new message. */
  budgetMs: number
  /** The delay before a finding is checked again, because running work looks wrong for a while. */
  settleSeconds: number
  /** How many pages of the table are read between two saves of a job's progress. */
  pagesAtOnce: number
  /** Per page. */
  itemsAtOnce?: number
}

export const defaultLimits: MaintenanceLimits = {
  leaseMs: 5 * 60_000,
  budgetMs: 8 * 60_000,
  settleSeconds: 20,
  pagesAtOnce: 8,
}
