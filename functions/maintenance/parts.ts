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
  /** Where revisions that were brought back are sent to be inspected, and repos to have their manifest written. */
  ingest: Queue<IngestMessage>
  log: Logger
  now: () => Date
  limits: MaintenanceLimits
}

export interface MaintenanceLimits {
  /** How long whoever works on a job has it for itself without a word. */
  leaseMs: number
  /** After so long a job goes on in a message of its own. */
  budgetMs: number
  /** What is found wrong is looked at again after so long: what is under way is not wrong. */
  settleSeconds: number
  /** How many pages of the table are read between two writings of how far a job is. */
  pagesAtOnce: number
  /** Of one page. */
  itemsAtOnce?: number
}

export const defaultLimits: MaintenanceLimits = {
  leaseMs: 5 * 60_000,
  budgetMs: 8 * 60_000,
  settleSeconds: 20,
  pagesAtOnce: 8,
}
